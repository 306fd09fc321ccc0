import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** What is random: all of it follows from one seed. */
final class Dice {
    private static final String[] TEXTS = {
        "a", "order-1", "{\"id\":1,\"name\":\"x\"}", "ünïcödé", "日本語", "😀 pair", "\u0000", "\n", "a\tb\r\nc", "\u001b[31m",
        "\u007f", "\u2028", "\ufeffbom", "\uffff", "null", "<DELETE>", "key: x payload: y", "| offset: 1", " ", "a,b", "[,]",
        "\"quoted\\\"", "e\u0301", "\u202eright to left",
    };
    /** Bytes that are no UTF-8, each in another way. */
    private static final byte[][] MALFORMED = {
        {(byte) 0xff}, {(byte) 0xc3}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {(byte) 0xe2, (byte) 0x82}, {(byte) 0xf0, (byte) 0x9f, (byte) 0x98}, {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {'a', (byte) 0x80, 'b'}, {(byte) 0xe0, (byte) 0x80, (byte) 0x80}, {(byte) 0xf8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80},
        {(byte) 0xe2, 'x', (byte) 0x82}, {(byte) 0xf0, (byte) 0x9f, 'x'},
    };

    final Random random;

    Dice(long seed) {
        random = new Random(seed);
    }

    int below(int limit) {
        return random.nextInt(limit);
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[below(choices.length)];
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (int parts = below(4); parts >= 0; parts--) {
            text.append(of(TEXTS));
        }
        return text.toString();
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A key or a value: null, empty, text, bytes. */
    byte[] content() {
        switch (below(10)) {
            case 0: return null;
            case 1: return new byte[0];
            case 2: return bytes(below(60));
            case 3: return of(MALFORMED);
            case 4: return (text() + new String(bytes(below(8)), StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
            case 5: return oneIn(10) ? text().repeat(1000).getBytes(StandardCharsets.UTF_8) : new byte[below(5)];
            default: return text().getBytes(StandardCharsets.UTF_8);
        }
    }

    Header[] headers() {
        if (!oneIn(3)) {
            return new Header[0];
        }
        Header[] headers = new Header[1 + below(oneIn(20) ? 200 : 5)];
        for (int i = 0; i < headers.length; i++) {
            boolean again = i > 0 && oneIn(4);
            headers[i] = new RecordHeader(again ? headers[i - 1].key() : oneIn(8) ? "" : text(), content());
        }
        return headers;
    }

    int int32() {
        return of(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, below(1000), random.nextInt());
    }

    long int64() {
        return of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, (long) below(1000), random.nextLong(), 1L << 53, (1L << 53) + 1);
    }

    double float64() {
        return of(0.0, -0.0, 1.0, 0.1, 1e7, 1e-3, 123456.789, 1e21, 1e-7, Double.MAX_VALUE, Double.MIN_VALUE, random.nextDouble(),
            random.nextGaussian() * 1e9, Double.longBitsToDouble(random.nextLong() & 0x7fdfffffffffffffL));
    }

    Uuid uuid() {
        return oneIn(5) ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong());
    }

    static ByteBuffer buffer(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }
}
