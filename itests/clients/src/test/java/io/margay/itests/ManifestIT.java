package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rule of the bundle map, read off the manifests of what ships: contracts export packages, parts export none and import
 * contracts only, no package is in two bundles, every export has a version.
 */
class ManifestIT {
  private static final Set<String> CONTRACTS = Set.of("io.margay.model", "io.margay.protocol", "io.margay.metadata", "io.margay.spi",
      "io.margay.coordinator");
  private static final Pattern CLAUSE = Pattern.compile("((?:[^,\"]|\"[^\"]*\")+)");

  /** Imports and exports with their attributes. */
  private record Bundle(String name, Map<String, String> exports, Map<String, String> importsWithVersions, Set<String> packages) {
    Set<String> imports() {
      return importsWithVersions.keySet();
    }
  }

  private static final Map<String, Bundle> OURS = new TreeMap<>();
  private static final Map<String, Bundle> ALL = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    read(Path.of(System.getProperty("margay.home"), "bundles"));
    int always = OURS.size();
    read(Path.of(System.getProperty("margay.home"), "optional"));
    assertThat(OURS).as("bundles of ours with those of optional").hasSizeGreaterThan(always);
  }

  private static void read(Path directory) throws IOException {
    try (Stream<Path> jars = Files.walk(directory)) {
      for (Path jar : (Iterable<Path>) jars.filter(p -> p.toString().endsWith(".jar"))::iterator) {
        try (JarFile file = new JarFile(jar.toFile())) {
          Attributes main = file.getManifest().getMainAttributes();
          String name = String.valueOf(main.getValue("Bundle-SymbolicName")).split(";")[0].trim();
          Set<String> packages = new HashSet<>();
          file.stream().filter(e -> e.getName().endsWith(".class") && e.getName().contains("/") && !e.getName().startsWith("META-INF/"))
              .forEach(e -> packages.add(e.getName().substring(0, e.getName().lastIndexOf('/')).replace('/', '.')));
          Bundle bundle = new Bundle(name, clauses(main.getValue("Export-Package")), clauses(main.getValue("Import-Package")), packages);
          ALL.put(name, bundle);
          if (name.startsWith("io.margay.")) {
            OURS.put(name, bundle);
          }
        }
      }
    }
  }

  private static Map<String, String> clauses(String header) {
    Map<String, String> result = new HashMap<>();
    if (header != null) {
      for (Matcher m = CLAUSE.matcher(header); m.find();) {
        String attributes = "";
        for (String part : m.group(1).split(";")) {
          if (part.contains("=")) {
            attributes += part + ";";
          }
        }
        for (String part : m.group(1).split(";")) {
          if (!part.contains("=")) {
            result.put(part.trim(), attributes);
          }
        }
      }
    }
    return result;
  }

  @Test
  void theBundlesOfTheMapAreThere() {
    assertThat(OURS.keySet()).containsAll(CONTRACTS).contains("io.margay.server", "io.margay.storage-file", "io.margay.log",
        "io.margay.replication", "io.margay.controller", "io.margay.groups", "io.margay.transactions", "io.margay.consensus-local", "io.margay.shell");
  }

  /** A part is what uses a contract and is none; a bundle that uses none wraps a library and may give that on. */
  @Test
  void partsExportNothing() {
    assertThat(OURS.values()).filteredOn(b -> !CONTRACTS.contains(b.name()) && b.imports().stream().anyMatch(i -> i.startsWith("io.margay.")))
        .hasSizeGreaterThan(10).allSatisfy(b -> assertThat(b.exports()).as(b.name()).isEmpty());
  }

  @Test
  void onlyContractsExportPackagesOfOurs() {
    assertThat(OURS.values()).filteredOn(b -> !CONTRACTS.contains(b.name())).allSatisfy(b -> assertThat(b.exports().keySet())
        .as(b.name()).noneMatch(p -> p.startsWith("io.margay")));
  }

  @Test
  void nobodyImportsWhatIsNotOfAContract() {
    Set<String> contractPackages = new HashSet<>();
    CONTRACTS.forEach(c -> contractPackages.addAll(OURS.get(c).exports().keySet()));
    assertThat(OURS.values()).allSatisfy(b -> assertThat(b.imports().stream().filter(i -> i.startsWith("io.margay.")))
        .as(b.name()).isSubsetOf(contractPackages));
  }

  @Test
  void everyExportHasAVersionAndEveryImportOfOursARange() {
    List<String> unversioned = new ArrayList<>();
    OURS.values().forEach(b -> b.exports().forEach((p, attributes) -> {
      if (!attributes.contains("version=")) {
        unversioned.add(b.name() + " exports " + p);
      }
    }));
    OURS.values().forEach(b -> b.importsWithVersions().forEach((p, attributes) -> {
      if (p.startsWith("io.margay.") && !attributes.contains("version=\"[")) {
        unversioned.add(b.name() + " imports " + p);
      }
    }));
    assertThat(unversioned).isEmpty();
  }

  @Test
  void noPackageIsInTwoBundles() {
    Map<String, String> owner = new HashMap<>();
    List<String> split = new ArrayList<>();
    ALL.values().forEach(b -> b.packages().forEach(p -> {
      String other = owner.put(p, b.name());
      if (other != null) {
        split.add(p + " is in " + other + " and " + b.name());
      }
    }));
    assertThat(split).isEmpty();
  }
}
