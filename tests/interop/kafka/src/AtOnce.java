import java.util.concurrent.ScheduledFuture;
import org.apache.kafka.server.util.Scheduler;

/** Does at once what need not wait, and never what a broker would do later or again and again. */
final class AtOnce implements Scheduler {
    @Override
    public void startup() { }

    @Override
    public void shutdown() { }

    @Override
    public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
        if (delayMs == 0 && periodMs <= 0) {
            task.run();
        }
        return new Never();
    }

    @Override
    public void resizeThreadPool(int size) { }
}
