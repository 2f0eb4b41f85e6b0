package io.margay.itests.architecture;

import aQute.bnd.osgi.Analyzer;
import aQute.bnd.osgi.Descriptors.PackageRef;
import aQute.bnd.osgi.Jar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The bundles as they are built: their layers, the packages that their packages use, and their services. */
final class BundleMap {
  /** Contracts are in layers 0 and 1, parts above. A new bundle gets its layer here and in the bundle map of the README. */
  static final Map<String, Integer> LAYERS = layers(List.of("model", "protocol"), List.of("metadata", "spi", "coordinator"),
      List.of("config", "logging", "storage-file", "storage-mapdb", "storage-memory", "consensus-local", "consensus-ratis",
          "partitioners", "assignors", "placements", "client", "sockets"),
      List.of("log"), List.of("replication", "controller"),
      List.of("groups", "transactions", "shares", "mirror", "telemetry", "security", "acl", "audit", "quotas"),
      List.of("server", "shell", "console", "deploy", "producer", "http", "health", "metatype", "karaf-completion"));
  /** Build-time only: no bundle. Those that begin with {@code wrap-} hold a library and know nothing of this project. */
  static final Set<String> TOOLS = Set.of("protocol-generator");

  private static final Pattern PROVIDED = Pattern.compile("<provide interface=\"([^\"]+)\"");
  private static final Pattern REFERENCE = Pattern.compile("<reference ([^>]*)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)=\"([^\"]*)\"");

  /**
   * A bundle.
   *
   * @param uses for each of its packages, the packages of this project that it uses
   * @param provided interfaces of its services
   * @param needed interfaces of services that it cannot do without
   */
  record Bundle(String name, Map<String, Set<String>> uses, Set<String> provided, Set<String> needed) {
    int layer() {
      return LAYERS.get(name);
    }

    boolean isContract() {
      return layer() <= 1;
    }
  }

  private BundleMap() { }

  @SafeVarargs
  private static Map<String, Integer> layers(List<String>... bundles) {
    Map<String, Integer> layers = new TreeMap<>();
    for (int i = 0; i < bundles.length; i++) {
      for (String bundle : bundles[i]) {
        layers.put(bundle, i);
      }
    }
    return layers;
  }

  static Map<String, Bundle> read() throws Exception {
    Map<String, Bundle> bundles = new TreeMap<>();
    for (String name : Sources.bundles()) {
      if (!TOOLS.contains(name) && !name.startsWith("wrap-")) {
        bundles.put(name, read(name));
      }
    }
    return bundles;
  }

  private static Bundle read(String name) throws Exception {
    Path classes = Sources.classes(name);
    Map<String, Set<String>> uses = new TreeMap<>();
    try (Analyzer analyzer = new Analyzer(new Jar(classes.toFile()))) {
      analyzer.setProperty("Import-Package", "*;resolution:=optional");
      analyzer.analyze();
      for (PackageRef own : analyzer.getContained().keySet()) {
        Set<String> used = new TreeSet<>();
        for (PackageRef ref : analyzer.getUses().getOrDefault(own, List.of())) {
          if (ref.getFQN().startsWith("io.margay.") && !ref.equals(own)) {
            used.add(ref.getFQN());
          }
        }
        if (own.getFQN().startsWith("io.margay.")) {
          uses.put(own.getFQN(), used);
        }
      }
    }
    Set<String> provided = new HashSet<>();
    Set<String> needed = new HashSet<>();
    for (Path component : components(classes)) {
      String xml = Files.readString(component);
      PROVIDED.matcher(xml).results().forEach(m -> provided.add(m.group(1)));
      REFERENCE.matcher(xml).results().forEach(m -> {
        Map<String, String> attributes = attributes(m.group(1));
        if (attributes.getOrDefault("cardinality", "1..1").startsWith("1")) {
          needed.add(attributes.get("interface"));
        }
      });
    }
    return new Bundle(name, uses, provided, needed);
  }

  private static Map<String, String> attributes(String text) {
    Map<String, String> attributes = new TreeMap<>();
    for (Matcher m = ATTRIBUTE.matcher(text); m.find();) {
      attributes.put(m.group(1), m.group(2));
    }
    return attributes;
  }

  private static List<Path> components(Path classes) throws IOException {
    Path directory = classes.resolve("OSGI-INF");
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".xml")).toList();
    }
  }

  /** Circles in a directed graph, each as its members; empty when there is none. */
  static List<Set<String>> circles(Map<String, Set<String>> edges) {
    Map<String, Set<String>> reachable = new TreeMap<>();
    edges.keySet().forEach(start -> {
      Set<String> seen = new TreeSet<>();
      List<String> open = new ArrayList<>(edges.get(start));
      while (!open.isEmpty()) {
        String next = open.remove(open.size() - 1);
        if (edges.containsKey(next) && seen.add(next)) {
          open.addAll(edges.get(next));
        }
      }
      reachable.put(start, seen);
    });
    Set<Set<String>> circles = new HashSet<>();
    reachable.forEach((start, seen) -> {
      if (seen.contains(start)) {
        Set<String> circle = new TreeSet<>();
        seen.stream().filter(other -> reachable.get(other).contains(start)).forEach(circle::add);
        circles.add(circle);
      }
    });
    return List.copyOf(circles);
  }
}
