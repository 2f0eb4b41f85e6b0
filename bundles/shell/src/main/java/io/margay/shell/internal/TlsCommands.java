package io.margay.shell.internal;

import io.margay.model.Endpoint;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.tls.TlsMaterial;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands of scope tls. */
@Command(name = "tls")
final class TlsCommands {
  static final String SCOPE = "tls";
  private final NodeSettings settings;
  private final CommandFunction.Io io;

  TlsCommands(NodeSettings settings, CommandFunction.Io io) {
    this.settings = settings;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the certificates of this broker's listeners and of the quorum's, and when they expire.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    Table table = new Table("listener", "protocol", "subject", "issuer", "notAfter", "daysLeft", "problem");
    Stream<Endpoint> all = Stream.concat(settings.listeners().stream(), Stream.ofNullable(settings.quorumListener()));
    for (Endpoint listener : all.toList()) {
      if (!listener.protocol().endsWith("SSL")) {
        continue;
      }
      try {
        List<X509Certificate> chain = TlsMaterial.read(new ListenerValues(settings, listener.listener(), null)).chain();
        for (X509Certificate c : chain) {
          Instant end = c.getNotAfter().toInstant();
          table.row(listener.listener(), listener.protocol(), c.getSubjectX500Principal().getName(), c.getIssuerX500Principal().getName(),
              end.toString(), Duration.between(Instant.now(), end).toDays(), null);
        }
      } catch (IOException e) {
        table.row(listener.listener(), listener.protocol(), null, null, null, null, e.getMessage());
      }
    }
    Page.print(io.out(), json, table);
  }
}
