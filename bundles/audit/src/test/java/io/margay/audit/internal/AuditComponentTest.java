package io.margay.audit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.audit.AuditSink;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.time.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

class AuditComponentTest {
  private static final AuditEvent.Actor ALICE = new AuditEvent.Actor("User:alice", "", "", "");

  /** Of another bundle. */
  private static final class Sink implements AuditSink {
    private final List<String> got = Collections.synchronizedList(new ArrayList<>());

    @Override
    public CompletionStage<Void> write(List<Line> lines) {
      lines.forEach(line -> got.add(line.event().resource().name()));
      return CompletableFuture.completedFuture(null);
    }
  }

  @TempDir
  private Path directory;
  private final ManualTime time = new ManualTime();
  private final AuditQueue source = new AuditQueue("server", time, () -> 1 << 20, () -> 10_000);
  private FakeSettings settings;
  private AuditComponent audit;

  @BeforeEach
  void start() {
    BundleContext context = (BundleContext) Proxy.newProxyInstance(AuditComponentTest.class.getClassLoader(), new Class<?>[] {BundleContext.class},
        (proxy, method, arguments) -> null);
    settings = new FakeSettings().in(directory);
    settings.set(SinkSettings.MARGAY_AUDIT_SINKS, "archive");
    audit = new AuditComponent(context, settings, time);
    audit.addSource(source);
  }

  /** Records an event; the source that leaves and the sink that leaves are both written to the end. */
  private void record(String name) {
    source.add(AuditEvent.of(0, AuditEvent.Kind.CHANGE, "x", ALICE, new AuditEvent.Resource("topic", name), AuditEvent.OK, 1, Map.of()));
    audit.removeSource(source);
    audit.addSource(source);
  }

  @Test
  void twoSinksMayHaveTheSameName() {
    Sink first = new Sink();
    Sink second = new Sink();
    Map<String, String> name = Map.of("name", "archive");
    audit.addSink(first, name);
    audit.addSink(second, name); // as when the bundle of the first is about to be replaced
    audit.removeSink(first);
    record("1");
    settings.set(SinkSettings.MARGAY_AUDIT_SINKS, "");
    record("2");
    settings.set(SinkSettings.MARGAY_AUDIT_SINKS, "archive");
    record("3");
    audit.removeSink(second);
    record("4");
    audit.close();
    assertThat(first.got).isEmpty();
    assertThat(second.got).containsExactly("1", "3");
  }

  private Path lastDeployment() {
    return directory.resolve("audit/last-deployment");
  }

  private void history() throws IOException {
    Files.createDirectories(directory.resolve("deploy"));
    Files.writeString(directory.resolve("deploy/history.jsonl"), "{}");
  }

  @Test
  void aHistoryThatCouldNotBeReadIsReadLater() throws IOException {
    history();
    Supplier<?> broken = () -> {
      throw new UncheckedIOException(new IOException("no descriptor is left"));
    };
    audit.setHistory(broken);
    time.advance(5_000);
    audit.unsetHistory(broken);
    assertThat(lastDeployment()).doesNotExist();
    audit.setHistory(() -> List.of(Map.of("id", 7L)));
    time.advance(5_000);
    assertThat(lastDeployment()).hasContent("7");
    audit.close();
  }

  @Test
  void whatIsFoundAfterTheEndIsLeftToTheNextVersion() throws IOException {
    history();
    audit.setHistory(() -> List.of(Map.of("id", 7L)));
    audit.close();
    audit.look(); // was on its way
    assertThat(lastDeployment()).doesNotExist();
  }
}
