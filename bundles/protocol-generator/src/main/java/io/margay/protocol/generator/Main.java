package io.margay.protocol.generator;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the schemas of one directory and writes one class for each into a package. Arguments, in groups of three, after the
 * output directory: schema directory, package, number of schemas expected at least (a guard against an empty directory).
 *
 * <p>Does nothing when schemas and generator are those of the last run: a digest of both lies beside the output. Files whose
 * text is unchanged keep their time stamp, so that an incremental build compiles nothing.
 */
public final class Main {
  private Main() {
  }

  /** Runs the generator; any problem with a schema ends the build. */
  public static void main(String[] arguments) throws IOException {
    Path output = Path.of(arguments[0]);
    Path digestFile = output.resolveSibling(output.getFileName() + ".digest");
    String digest = digest(arguments);
    if (Files.exists(digestFile) && Files.readString(digestFile).equals(digest)) {
      return;
    }
    Set<Path> written = new HashSet<>();
    for (int i = 1; i < arguments.length; i += 3) {
      String packageName = arguments[i + 1];
      Path directory = output.resolve(packageName.replace('.', '/'));
      Files.createDirectories(directory);
      List<Path> schemas = filesBelow(Path.of(arguments[i]), ".json");
      if (schemas.size() < Integer.parseInt(arguments[i + 2])) {
        throw new IllegalStateException(
            schemas.size() + " schemas in " + arguments[i] + ", expected at least " + arguments[i + 2]);
      }
      for (MessageSpec message : parse(schemas)) {
        Path file = directory.resolve(message.top().name() + ".java");
        writeIfChanged(file, ClassWriter.source(packageName, message));
        written.add(file);
      }
    }
    for (Path file : filesBelow(output, ".java")) {
      if (!written.contains(file)) {
        Files.delete(file);
      }
    }
    Files.writeString(digestFile, digest);
  }

  private static List<MessageSpec> parse(List<Path> schemas) throws IOException {
    List<MessageSpec> messages = new ArrayList<>();
    Set<Integer> unstableApis = new HashSet<>();
    for (Path schema : schemas) {
      MessageSpec message = SchemaParser.parse(schema);
      if (message != null) {
        messages.add(message);
        if (message.isRpc() && message.latestVersionUnstable()) {
          unstableApis.add(message.apiKey());
        }
      }
    }
    // Only the schema of the request tells whether the latest version of the API is unstable.
    messages.replaceAll(m -> m.withLatestVersionUnstable(m.isRpc() && unstableApis.contains(m.apiKey())));
    return messages;
  }

  private static void writeIfChanged(Path file, String source) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(source)) {
      Files.writeString(file, source);
    }
  }

  private static List<Path> filesBelow(Path directory, String ending) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(f -> f.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static String digest(String[] arguments) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(String.join("\n", arguments).getBytes(StandardCharsets.UTF_8));
      List<Path> inputs = new ArrayList<>();
      for (int i = 1; i < arguments.length; i += 3) {
        inputs.addAll(filesBelow(Path.of(arguments[i]), ".json"));
      }
      Path self = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      inputs.addAll(Files.isDirectory(self) ? filesBelow(self, ".class") : List.of(self));
      for (Path input : inputs) {
        digest.update(input.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(input));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException | URISyntaxException e) {
      throw new IllegalStateException("cannot compute the digest of the schemas", e);
    }
  }
}
