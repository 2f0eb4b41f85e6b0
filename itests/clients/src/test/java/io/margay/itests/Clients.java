package io.margay.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Settings of clients. A test does not care whether its brokers want TLS and a login: what they want is known by their addresses. */
public final class Clients {
  private static final Map<String, Map<String, String>> WANTED = new ConcurrentHashMap<>();

  private Clients() { }

  /** Says what a broker wants from now on. @param address host:port */
  public static void want(String address, Map<String, String> settings) {
    WANTED.put(address, Map.copyOf(settings));
  }

  /** Forgets that. */
  public static void forget(String address) {
    WANTED.remove(address);
  }

  private static Map<String, String> wanted(String bootstrap) {
    return WANTED.getOrDefault(bootstrap.split(",")[0], Map.of());
  }

  /** @param more names and values in turn @return with the addresses, and with what those brokers want */
  public static Map<String, Object> of(String bootstrap, Object... more) {
    Map<String, Object> all = new HashMap<>(wanted(bootstrap));
    all.put("bootstrap.servers", bootstrap);
    for (int i = 0; i < more.length; i += 2) {
      all.put((String) more[i], more[i + 1]);
    }
    return all;
  }

  /** @return a file for the option of tools that takes more settings; there may be none in it */
  public static Path file(String bootstrap) {
    try {
      return Files.writeString(Files.createTempFile(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "client", ".properties"),
          wanted(bootstrap).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue() + "\n").collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
