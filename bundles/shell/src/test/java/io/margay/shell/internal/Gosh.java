package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.config.Catalogue;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.log.LogSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

/** The real Gogo with our commands. */
final class Gosh implements AutoCloseable {
  private static final Setting<Integer> NUM_PARTITIONS =
      new Catalogue("test").broker(SettingType.INT, "num.partitions", 1).from(1).live().doc("Partitions of a new topic.");

  final CommandProcessorImpl processor;
  final FakeSettings settings =
      new FakeSettings().define(List.of(LogSettings.CLEANUP_POLICY, LogSettings.FLUSH_MS, NUM_PARTITIONS));
  final Strategies strategies = new Strategies(0);
  final FakePlatform platform = new FakePlatform();
  final AuditQueue audit = new AuditQueue("shell", Clock.SYSTEM, () -> 1 << 20, () -> 10_000);
  final Dispatch dispatch = new Dispatch(new ShellUsers(settings), audit);
  final RemoteBrokers remote = new RemoteBrokers(settings);
  /** Replaces System.out and its like, once. */
  private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

  static {
    THREAD_IO.start();
  }

  Gosh(FakeBroker broker) {
    processor = new CommandProcessorImpl(THREAD_IO);
    // as simple as can be: the first byte of the key, else the option
    strategies.partitioners().add(options -> (record, topic) -> (record.key() == null
        ? options.isEmpty() ? 0 : Integer.parseInt(options) : record.key()[0]) % topic.partitionCount(),
        Map.of("name", "murmur2"));
    Requests requests = new Requests(broker, broker::image, new BrokerId(1), remote);
    ShellCommands.functions(requests, settings, platform, strategies, dispatch).forEach((id, function) ->
        processor.addCommand(id.substring(0, id.indexOf(':')), function, id.substring(id.indexOf(':') + 1)));
    processor.addCommand("gogo", (Function) (session, arguments) -> {
      System.out.println(arguments.get(0));
      return null;
    }, "echo");
  }

  String run(String command) throws Exception {
    return run(command, "");
  }

  String run(String command, String input) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        CommandSession session = processor.createSession(in, out, out)) {
      session.put("SCOPE", "margay:gogo:felix:*");
      session.execute(command);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    processor.stop();
  }
}
