package io.margay.itests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.osgi.TestBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The console and the log say whether a bundle that is put into the folder deploy works. */
class DeployFolderIT {
  private static final Path FOLDER = Broker.HOME.resolve("deploy");

  private static void await(Supplier<String> text, String... parts) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Arrays.stream(parts).allMatch(text.get()::contains)) {
      assertThat(System.nanoTime()).as("%s in %s", List.of(parts), text.get()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  /** Moved, so that no half a file is seen. */
  private static Path put(Path file, List<Path> put) throws IOException {
    Path target = FOLDER.resolve(file.getFileName());
    put.add(target);
    return Files.move(file, target);
  }

  @Test
  void whatWorksAndWhatDoesNotIsTold() throws Exception {
    Path work = Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "folder");
    List<Path> put = new ArrayList<>();
    try (Broker broker = Broker.started()) {
      broker.shell("lb").ok();
      put(new TestBundle("itest.good").write(work.resolve("good.jar")), put);
      Path whole = new TestBundle("itest.whole").classes(DeployFolderIT.class).write(work.resolve("whole.jar"));
      put(Files.write(work.resolve("cut.jar"), Arrays.copyOf(Files.readAllBytes(whole), 500)), put);
      put(Files.writeString(work.resolve("text.jar"), "hello"), put);
      put(new TestBundle("itest.unresolved").header("Import-Package", "no.such.thing").write(work.resolve("unresolved.jar")), put);
      put(new TestBundle("itest.failing").activator(FailingActivator.class).header("Import-Package", "org.osgi.framework")
          .write(work.resolve("failing.jar")), put);
      String[] problems = {"cut.jar begins as a jar, but is cut off", "text.jar is not a jar", "The bundle itest.unresolved 1.0.0", "no.such.thing",
          "The bundle itest.failing 1.0.0", "this version has a flaw"};
      await(broker::output, problems);
      await(broker::log, problems);
      await(broker::log, "A bundle of the folder works bundle=itest.good version=1.0.0");
    } finally {
      for (Path file : put) {
        Files.deleteIfExists(file);
      }
    }
  }
}
