package io.margay.protocol;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.types.Schema;

/** A generated class together with the class of the same schema in Kafka. */
record GeneratedMessages(Class<? extends Message> ours, Class<? extends org.apache.kafka.common.protocol.Message> theirs) {
  private static final List<String> STATE_PACKAGES = List.of("org.apache.kafka.coordinator.group.generated.",
      "org.apache.kafka.coordinator.transaction.generated.", "org.apache.kafka.coordinator.share.generated.");

  /** All generated classes of this bundle, in the order of their names. */
  static List<GeneratedMessages> all() throws IOException, URISyntaxException {
    Path classes = Path.of(Message.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Stream.concat(Files.list(classes.resolve("io/margay/protocol/message")),
        Files.list(classes.resolve("io/margay/protocol/state")))) {
      return files.map(classes::relativize).map(Path::toString)
          .filter(name -> name.endsWith(".class") && !name.contains("$") && !name.contains("package-info"))
          .sorted().map(name -> of(name.substring(0, name.length() - 6).replace('/', '.'))).toList();
    }
  }

  private static GeneratedMessages of(String name) {
    try {
      Class<? extends Message> ours = Class.forName(name).asSubclass(Message.class);
      Class<?> theirs = counterpart(ours.getSimpleName());
      return new GeneratedMessages(ours, theirs.asSubclass(org.apache.kafka.common.protocol.Message.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> counterpart(String name) throws ClassNotFoundException {
    boolean isRpc = name.endsWith("Request") || name.endsWith("Response") || name.endsWith("Header");
    List<String> candidates = Stream.concat(Stream.of("org.apache.kafka.common.message." + name + (isRpc ? "Data" : "")),
        STATE_PACKAGES.stream().map(prefix -> prefix + name)).toList();
    for (String candidate : candidates) {
      try {
        return Class.forName(candidate);
      } catch (ClassNotFoundException e) {
        // The next package may have it.
        continue;
      }
    }
    throw new ClassNotFoundException("no class of Kafka for " + name);
  }

  Message newOurs() {
    return create(ours);
  }

  org.apache.kafka.common.protocol.Message newTheirs() {
    return create(theirs);
  }

  private static <T> T create(Class<T> type) {
    try {
      return type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  Schema schema(short version) {
    try {
      return ((Schema[]) theirs.getField("SCHEMAS").get(null))[version];
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return ours.getSimpleName();
  }
}
