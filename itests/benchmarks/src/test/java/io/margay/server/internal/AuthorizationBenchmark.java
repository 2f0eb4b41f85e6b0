package io.margay.server.internal;

import io.margay.acl.internal.BenchmarkAcls;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Principal;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to ask whether a client may write to a topic: again on the same connection, and for the first time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuthorizationBenchmark {
  private static final Principal BENCH = new Principal("User", "bench");
  private static final InetAddress HOST = InetAddress.getLoopbackAddress();

  /** How many rules there are. */
  @Param({"10", "10000"})
  public int acls;

  private final Decisions decisions = new Decisions();
  private final String[] names = new String[16];
  private Authorization.Decider decider;
  private int next;

  /** Fills the rules. */
  @Setup
  public void setUp() {
    decider = new Authorization.Decider(BenchmarkAcls.with(acls), 1, new LineLimit(Clock.SYSTEM));
    for (int i = 0; i < names.length; i++) {
      names[i] = "topic-" + i * 10;
    }
  }

  private String name() {
    next = next + 1 & names.length - 1;
    return names[next];
  }

  /** The decision is known. */
  @Benchmark
  public boolean again() {
    return decisions.allowed(decider, BENCH, HOST, AclOperation.WRITE, ResourceType.TOPIC, name());
  }

  /** The rules are asked. */
  @Benchmark
  public boolean first() {
    return decider.allows(BENCH, HOST, AclOperation.WRITE, ResourceType.TOPIC, name());
  }
}
