package io.margay.itests.osgi;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import io.margay.spi.partitioner.Partitioner;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.osgi.service.component.annotations.Component;

/**
 * Makes the sample partitioner of the distribution a bundle, from its sources and as its own build does it: with bnd. So the sample
 * compiles against what is there now, and what is tested is what the guide tells people to write.
 */
public final class SampleBundle {
  /** The name of its strategy. */
  public static final String STRATEGY = "first-letter";
  /** Its symbolic name. */
  public static final String NAME = "org.example.first-letter-partitioner";

  private SampleBundle() { }

  /**
   * @param sources the folder of its Java sources
   * @param work a folder for classes and jar
   * @return the jar
   */
  public static Path build(Path sources, Path work) throws Exception {
    List<File> classPath = List.of(jar(Partitioner.class), jar(Component.class));
    Path classes = Files.createDirectories(work.resolve("sample-classes"));
    List<String> arguments = new ArrayList<>(List.of("--release", "17", "-d", classes.toString(), "-cp",
        classPath.get(0) + File.pathSeparator + classPath.get(1)));
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(arguments::add);
    }
    if (ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)) != 0) {
      throw new AssertionError("the sample does not compile");
    }
    try (Builder builder = new Builder()) {
      builder.setProperty("Bundle-SymbolicName", NAME);
      builder.setProperty("Bundle-Version", "1.0.0");
      builder.setProperty("-privatepackage", "org.example");
      builder.addClasspath(classes.toFile());
      for (File file : classPath) {
        builder.addClasspath(file);
      }
      Path result = work.resolve("first-letter-partitioner-1.0.0.jar");
      try (Jar jar = builder.build()) {
        if (!builder.isOk()) {
          throw new AssertionError("the sample is no bundle: " + builder.getErrors());
        }
        jar.write(result.toFile());
      }
      return result;
    }
  }

  private static File jar(Class<?> type) throws Exception {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
