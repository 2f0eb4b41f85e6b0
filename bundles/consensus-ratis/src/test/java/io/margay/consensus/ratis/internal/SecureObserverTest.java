package io.margay.consensus.ratis.internal;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same with TLS. */
@Timeout(120)
class SecureObserverTest extends ObserverTest {
  @TempDir private static Path keys;
  private static QuorumTransport transport;

  @BeforeAll
  static void make() throws Exception {
    Path key = Certificates.key(keys, "node");
    transport = QuorumTransport.with(new QuorumTls(Certificates.settings(key, Certificates.trust(keys.resolve("trust.p12"), key)), "QUORUM"));
  }

  @Override
  QuorumTransport transport() {
    return transport;
  }
}
