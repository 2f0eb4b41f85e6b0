package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a setting claims is true as far as bytecode can tell: one that is said to have an effect is read by some part. */
class SettingsIT {
  private static final Pattern CATALOGUE = Pattern.compile("io\\.margay\\.settings;class=\"([\\w.]+)\"");

  /** The parts that use no contract, so that they outlive their refresh: they ask for settings by their names. */
  private static final List<String> WITHOUT_CONTRACTS = List.of("io/margay/deploy/", "io/margay/console/");
  private static final String NAMED = "named ";

  /** A setting, with its field as class files name it: {@code io/margay/log/internal/Settings.NAME}. */
  private record Definition(String constant, String name, boolean effective, Collection<?> synonyms) { }

  @Test
  void whatIsSaidToHaveAnEffectIsReadBySomePart() throws Exception {
    List<Path> jars;
    try (Stream<Path> all = Files.walk(Path.of(System.getProperty("margay.home")))) {
      // the optional bundles as well
      jars = all.filter(p -> p.toString().endsWith(".jar")).toList();
    }
    List<Definition> definitions = definitions(jars);
    Set<String> referenced = new HashSet<>();
    for (Path jar : jars) {
      collectReferences(jar, referenced);
    }
    Set<Definition> read = new HashSet<>();
    definitions.stream().filter(d -> referenced.contains(d.constant) || referenced.contains(NAMED + d.name)).forEach(read::add);
    // One that gives the default of another is read through that one.
    int before;
    do {
      before = read.size();
      definitions.stream().filter(d -> read.stream().anyMatch(r -> r.effective && r.synonyms.contains(d.name)))
          .toList().forEach(read::add);
    } while (read.size() > before);
    Set<String> unread = new TreeSet<>();
    definitions.stream().filter(d -> d.effective && !read.contains(d)).forEach(d -> unread.add(d.constant));
    assertThat(definitions).hasSizeGreaterThan(120);
    assertThat(unread).isEmpty();
  }

  private static List<Definition> definitions(List<Path> jars) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path jar : jars) {
      urls.add(jar.toUri().toURL());
    }
    List<Definition> definitions = new ArrayList<>();
    try (URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), null)) {
      Class<?> setting = loader.loadClass("io.margay.spi.config.Setting");
      for (String catalogue : catalogues(jars)) {
        for (Field field : loader.loadClass(catalogue).getDeclaredFields()) {
          if (field.getType() == setting) {
            field.setAccessible(true);
            Object value = field.get(null);
            definitions.add(new Definition(catalogue.replace('.', '/') + "." + field.getName(), (String) setting.getMethod("name").invoke(value),
                (Boolean) setting.getMethod("effective").invoke(value),
                (Collection<?>) setting.getMethod("synonyms").invoke(value)));
          }
        }
      }
    }
    return definitions;
  }

  private static Set<String> catalogues(List<Path> jars) throws IOException {
    Set<String> classes = new TreeSet<>();
    for (Path jar : jars) {
      try (JarFile file = new JarFile(jar.toFile())) {
        String capabilities = file.getManifest().getMainAttributes().getValue("Provide-Capability");
        Matcher clause = CATALOGUE.matcher(capabilities == null ? "" : capabilities);
        while (clause.find()) {
          classes.add(clause.group(1));
        }
      }
    }
    return classes;
  }

  private static void collectReferences(Path jar, Set<String> referenced) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
        String name = entry.getName();
        if (name.startsWith("io/margay/") && name.endsWith(".class")) {
          try (InputStream in = file.getInputStream(entry)) {
            collectFields(new DataInputStream(new ByteArrayInputStream(in.readAllBytes())),
                name.substring(0, name.length() - ".class".length()), referenced);
          }
        }
      }
    }
  }

  /** Reads the constant pool of a class file (JVMS 4.4) for references to fields of other classes, or the names of settings. */
  private static void collectFields(DataInputStream in, String self, Set<String> referenced) throws IOException {
    in.skipNBytes(8);
    int count = in.readUnsignedShort();
    Object[] pool = new Object[count];
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> pool[i] = in.readUTF();
        case 7, 8, 16, 19, 20 -> pool[i] = new int[] {tag, in.readUnsignedShort()};
        case 15 -> in.skipNBytes(3);
        case 3, 4 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        default -> pool[i] = new int[] {tag, in.readUnsignedShort(), in.readUnsignedShort()};
      }
    }
    for (Object constant : pool) {
      if (constant instanceof String text && WITHOUT_CONTRACTS.stream().anyMatch(self::startsWith)) {
        referenced.add(NAMED + text);
      }
      if (constant instanceof int[] field && field[0] == 9) {
        String owner = (String) pool[((int[]) pool[field[1]])[1]];
        if (!owner.equals(self)) {
          referenced.add(owner + "." + pool[((int[]) pool[field[2]])[1]]);
        }
      }
    }
  }
}
