package io.margay.itests.hostile;

import io.margay.itests.Run;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A fault that is put into a running broker, to see that a test finds it. The JVM of the broker loads this class as an agent. */
public final class Plant {
  /** Keeps what is leaked from the collector, which would close it. */
  private static final List<Object> KEPT = new ArrayList<>();
  private static final int BUFFERS = 200;

  private Plant() { }

  /** What can be planted. */
  enum Fault { BUFFER, FILE, DELETED_FILE, SOCKET, THREAD, STACK_TRACE }

  /**
   * Plants a fault.
   *
   * @param data where the agent may lie
   * @param file a file, for those that concern one
   */
  static void into(long pid, Path data, Fault fault, Path file) throws IOException {
    Path jar = Files.createTempFile(data, "plant", ".jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      write(out);
    }
    Run.of(null, "jcmd", Long.toString(pid), "JVMTI.agent_load", jar.toAbsolutePath().toString(), fault + "," + file).ok();
  }

  private static void write(OutputStream out) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Agent-Class", Plant.class.getName());
    try (JarOutputStream jar = new JarOutputStream(out, manifest)) {
      for (Class<?> c : Plant.class.getNestMembers()) {
        String name = c.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(name));
        try (InputStream in = c.getClassLoader().getResourceAsStream(name)) {
          in.transferTo(jar);
        }
      }
    }
  }

  /** In the broker. */
  public static void agentmain(String arguments, Instrumentation instrumentation) throws Exception {
    String[] parts = arguments.split(",", 2);
    Path file = Path.of(parts[1]);
    switch (Fault.valueOf(parts[0])) {
      case BUFFER -> leakBuffers(instrumentation);
      case FILE -> {
        KEPT.add(new FileInputStream(file.toFile()));
        KEPT.add(new FileInputStream(file.toFile()));
      }
      case DELETED_FILE -> {
        KEPT.add(Files.newOutputStream(file));
        Files.delete(file);
      }
      case SOCKET -> KEPT.add(new ServerSocket(0));
      case THREAD -> {
        Thread thread = new Thread(() -> {
          while (true) {
            LockSupport.park();
          }
        }, "planted-1");
        thread.setDaemon(true);
        thread.start();
      }
      default -> Logger.getLogger("planted").log(Level.WARNING, "planted", new IllegalStateException());
    }
  }

  /** Forgets buffers without releasing them. */
  private static void leakBuffers(Instrumentation instrumentation) throws Exception {
    for (Class<?> c : instrumentation.getAllLoadedClasses()) {
      if (c.getName().equals("io.netty.buffer.ByteBufAllocator")) {
        Object allocator = c.getField("DEFAULT").get(null);
        Method buffer = c.getMethod("buffer", int.class);
        for (int i = 0; i < BUFFERS; i++) {
          buffer.invoke(allocator, 100);
        }
        return;
      }
    }
    throw new IllegalStateException("Netty is not loaded");
  }
}
