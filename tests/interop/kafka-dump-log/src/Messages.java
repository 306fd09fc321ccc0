import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;

/** Fills Kafka's generated messages with random content, through their setters. */
final class Messages {
    private final Dice dice;

    Messages(Dice dice) {
        this.dice = dice;
    }

    /** All fields but those of the setters that are named. */
    <M> M filled(M message, String... but) {
        Method[] setters = message.getClass().getMethods();
        // The JVM has them in no order; the seed shall say all.
        Arrays.sort(setters, Comparator.comparing(Method::getName));
        for (Method setter : setters) {
            if (setter.getName().startsWith("set") && setter.getParameterCount() == 1
                && !Arrays.asList(but).contains(setter.getName())) {
                set(message, setter);
            }
        }
        return message;
    }

    private void set(Object message, Method setter) {
        try {
            Object value = value(setter);
            try {
                setter.invoke(message, value);
            } catch (InvocationTargetException refused) {
                // A field of 16 bits without a sign has a setter that takes an int.
                setter.invoke(message, dice.of(0, 1, 0x7fff, 0x8000, 0xffff, dice.below(0x10000)));
            }
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(setter.toString(), error);
        }
    }

    private Object value(Method setter) throws ReflectiveOperationException {
        Class<?> type = setter.getParameterTypes()[0];
        if (Collection.class.isAssignableFrom(type)) {
            return collection(setter, type);
        }
        return single(type);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Object collection(Method setter, Class<?> type) throws ReflectiveOperationException {
        int count = dice.oneIn(40) ? 150 : dice.below(4);
        if (ImplicitLinkedHashCollection.class.isAssignableFrom(type)) {
            // An element knows its neighbours, and its class is the collection's argument.
            Class<?> element = (Class<?>) ((ParameterizedType) type.getGenericSuperclass()).getActualTypeArguments()[0];
            ImplicitLinkedHashCollection all = (ImplicitLinkedHashCollection) type.getConstructor().newInstance();
            for (int i = 0; i < count; i++) {
                all.add((ImplicitLinkedHashCollection.Element)
                    filled(element.getConstructor().newInstance(), "setPrev", "setNext"));
            }
            return all;
        }
        Class<?> element = (Class<?>) ((ParameterizedType) setter.getGenericParameterTypes()[0]).getActualTypeArguments()[0];
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(single(element));
        }
        return all;
    }

    private Object single(Class<?> type) throws ReflectiveOperationException {
        if (type == boolean.class || type == Boolean.class) {
            return dice.oneIn(2);
        } else if (type == byte.class || type == Byte.class) {
            return (byte) dice.int32();
        } else if (type == short.class || type == Short.class) {
            return (short) dice.int32();
        } else if (type == int.class || type == Integer.class) {
            return dice.int32();
        } else if (type == long.class || type == Long.class) {
            return dice.int64();
        } else if (type == double.class || type == Double.class) {
            return dice.float64();
        } else if (type == String.class) {
            return dice.oneIn(8) ? "" : dice.text();
        } else if (type == byte[].class) {
            return dice.bytes(dice.below(20));
        } else if (type == ByteBuffer.class) {
            return ByteBuffer.wrap(dice.text().getBytes(StandardCharsets.UTF_8));
        } else if (type == Uuid.class) {
            return dice.uuid();
        } else if (Message.class.isAssignableFrom(type)) {
            return filled(type.getConstructor().newInstance());
        }
        throw new IllegalStateException("a field of " + type);
    }
}
