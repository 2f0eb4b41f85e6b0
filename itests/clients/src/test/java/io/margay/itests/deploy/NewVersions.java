package io.margay.itests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.osgi.TestBundle;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Makes new versions of the parts of the distribution, good ones and others. */
final class NewVersions {
  private final Path work;
  private int count;

  /** @param work where their jars are */
  NewVersions(Path work) {
    this.work = work;
  }

  static Path part(String name) throws IOException {
    try (Stream<Path> all = Files.walk(Broker.HOME.resolve("bundles"))) {
      return all.filter(file -> file.getFileName().toString().matches("io\\.margay\\." + name + "-\\d.*\\.jar")).findFirst().orElseThrow();
    }
  }

  /** The next version of a part. */
  Path version(String part, Map<String, String> headers, Class<?>... types) throws IOException {
    String version = "0.1." + ++count;
    Map<String, String> all = new HashMap<>(headers);
    all.put("Bundle-Version", version);
    return TestBundle.rebuild(part(part), all, work.resolve(part + "-" + version + ".jar"), types);
  }

  Path spoiled(Class<? extends SpoiledProduce> type) throws IOException {
    List<String> components;
    try (JarFile jar = new JarFile(part("replication").toFile())) {
      components = new ArrayList<>(List.of(jar.getManifest().getMainAttributes().getValue("Service-Component").split(",")));
    }
    assertThat(components.remove(SpoiledProduce.COMPONENT)).as("%s", components).isTrue();
    components.add("OSGI-INF/spoiled.xml");
    Path jar = version("replication", Map.of("Service-Component", String.join(",", components)), SpoiledProduce.class);
    return add(jar, "OSGI-INF/spoiled.xml", SpoiledProduce.description(type));
  }

  static Path add(Path jar, String entry, String text) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Files.writeString(files.getPath(entry), text);
    }
    return jar;
  }

  /** The last version that was made. */
  String last() {
    return last(0);
  }

  /** @param back 1 for the one before */
  String last(int back) {
    return "0.1." + (count - back);
  }
}
