import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** A clock that goes on when it is told to. */
final class Clock implements Time {
    long now;

    Clock(long now) {
        this.now = now;
    }

    @Override
    public long milliseconds() {
        return now;
    }

    @Override
    public long nanoseconds() {
        return now * 1_000_000;
    }

    @Override
    public void sleep(long millis) {
        now += millis;
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadline) {
        throw new UnsupportedOperationException();
    }
}
