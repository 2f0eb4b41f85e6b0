package io.margay.itests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Jar;
import aQute.bnd.service.diff.Tree;
import aQute.bnd.service.diff.Type;
import aQute.bnd.version.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contracts as text: every exported package with its version, and all that is public or protected in it, types without their
 * parameters. A change of a contract shows in its review as a change of {@code api/BUNDLE.txt}, and raises the version of its
 * package, because the ranges in the manifests of the parts are derived from it. The files are renewed with
 * {@code mvn -pl itests/architecture test -Dtest=ApiDescriptionTest -Darchitecture.write=true} after the bundles were built.
 */
class ApiDescriptionTest {
  private static final String RENEW =
      "mvn -pl itests/architecture test -Dtest=ApiDescriptionTest -Darchitecture.write=true";
  /** Generated from schemas, which have versions of their own. */
  private static final Set<String> GENERATED = Set.of("io.margay.protocol.message", "io.margay.protocol.state");
  private static final Set<Type> SHOWN = EnumSet.of(Type.CLASS, Type.INTERFACE, Type.ENUM, Type.ANNOTATION, Type.METHOD, Type.FIELD,
      Type.EXTENDS, Type.IMPLEMENTS, Type.CONSTANT);
  /** Methods of Object that say nothing of a contract. */
  private static final Set<String> OF_EVERY_OBJECT = Set.of("clone()", "finalize()", "hashCode()", "toString()",
      "equals(java.lang.Object)");

  @ParameterizedTest
  @ValueSource(strings = {"model", "protocol", "metadata", "spi", "coordinator"})
  void descriptionIsTrueAndVersionsRise(String bundle) throws Exception {
    Path file = Sources.MODULE.resolve("api/" + bundle + ".txt");
    Map<String, List<String>> before = Files.exists(file) ? sections(Files.readAllLines(file)) : Map.of();
    Map<String, List<String>> now = describe(bundle);
    List<String> wrong = new ArrayList<>();
    now.forEach((name, lines) -> {
      List<String> old = before.get(name);
      if (old == null) {
        addUnlessWriting(wrong, name + " is new: " + RENEW);
      } else if (!old.subList(1, old.size()).equals(lines.subList(1, lines.size()))) {
        if (version(lines).compareTo(version(old)) <= 0) {
          wrong.add(name + " has changed: raise its version above " + version(old) + " in package-info.java and build the bundle."
              + difference(old, lines));
        }
        addUnlessWriting(wrong, name + " has changed: " + RENEW + difference(old, lines));
      } else if (!old.get(0).equals(lines.get(0))) {
        addUnlessWriting(wrong, name + " has another version: " + RENEW);
      }
    });
    before.keySet().stream().filter(name -> !now.containsKey(name))
        .forEach(name -> addUnlessWriting(wrong, name + " is gone: " + RENEW));
    assertThat(wrong).isEmpty();
    if (Sources.WRITE) {
      Files.write(file, now.values().stream().flatMap(List::stream).toList());
    }
  }

  private static void addUnlessWriting(List<String> wrong, String line) {
    if (!Sources.WRITE) {
      wrong.add(line);
    }
  }

  private static String difference(List<String> old, List<String> lines) {
    Set<String> added = new TreeSet<>(lines.subList(1, lines.size()));
    added.removeAll(old);
    Set<String> removed = new TreeSet<>(old.subList(1, old.size()));
    removed.removeAll(lines);
    return " New: " + added.stream().limit(10).toList() + ", gone: " + removed.stream().limit(10).toList();
  }

  private static Version version(List<String> section) {
    return new Version(section.get(0).substring(section.get(0).lastIndexOf(' ') + 1));
  }

  /** By package; the first line of each is {@code package NAME VERSION}. */
  private static Map<String, List<String>> sections(List<String> lines) {
    Map<String, List<String>> sections = new TreeMap<>();
    List<String> section = null;
    for (String line : lines) {
      if (line.startsWith("package ")) {
        section = new ArrayList<>();
        sections.put(line.split(" ")[1], section);
      }
      section.add(line);
    }
    return sections;
  }

  private static Map<String, List<String>> describe(String bundle) throws Exception {
    Map<String, List<String>> packages = new TreeMap<>();
    try (Jar jar = new Jar(Sources.classes(bundle).toFile())) {
      for (Tree api : new DiffPluginImpl().tree(jar).getChildren()) {
        if (api.getType() == Type.API) {
          for (Tree each : api.getChildren()) {
            if (each.getType() == Type.PACKAGE && !GENERATED.contains(each.getName())) {
              packages.put(each.getName(), describe(each));
            }
          }
        }
      }
    }
    return packages;
  }

  private static List<String> describe(Tree exported) throws IOException {
    List<String> lines = new ArrayList<>();
    String version = Arrays.stream(exported.getChildren()).filter(c -> c.getType() == Type.VERSION).map(Tree::getName).findFirst()
        .orElseThrow(() -> new IllegalStateException(exported.getName() + " has no version"));
    lines.add("package " + exported.getName() + " " + version);
    List<String> types = new ArrayList<>();
    for (Tree type : exported.getChildren()) {
      if (SHOWN.contains(type.getType())) {
        types.addAll(List.of(String.join("\n", describe(type, "  ")).split("\n")));
      }
    }
    lines.addAll(types);
    return lines;
  }

  private static List<String> describe(Tree element, String indent) {
    List<String> lines = new ArrayList<>();
    String result = Arrays.stream(element.getChildren()).filter(c -> c.getType() == Type.RETURN).map(c -> ": " + c.getName())
        .findFirst().orElse("");
    lines.add(indent + element.getType().name().toLowerCase(Locale.ROOT) + " " + element.getName() + result);
    Arrays.stream(element.getChildren()).filter(c -> SHOWN.contains(c.getType()) && !OF_EVERY_OBJECT.contains(c.getName()))
        .map(c -> String.join("\n", describe(c, indent + "  "))).sorted().forEach(lines::add);
    return lines;
  }
}
