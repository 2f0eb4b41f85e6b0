package io.margay.shell.internal;

import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.mirror.MirrorException;
import io.margay.spi.mirror.MirrorLinks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope mirror. */
@Command(name = "mirror")
final class MirrorCommands {
  static final String SCOPE = "mirror";
  private final NamedServices<MirrorLinks> services;
  private final CommandFunction.Io io;

  MirrorCommands(Strategies strategies, CommandFunction.Io io) {
    this.services = strategies.mirrors();
    this.io = io;
  }

  @FunctionalInterface
  private interface Work<R> {
    R apply(MirrorLinks links) throws MirrorException, InterruptedException;
  }

  private <R> R with(Work<R> work) throws InterruptedException {
    try (ServiceHolder.Lease<MirrorLinks> lease = services.lease(Strategies.MIRRORS)) {
      if (lease == null) {
        throw new ShellException("the bundle mirror is not active; start it, or try again when its update is done");
      }
      return work.apply(lease.service());
    } catch (MirrorException e) {
      throw new ShellException(e.getMessage());
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the mirroring links of this cluster.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("link", "state", "source", "topics", "mode", "origin", "problem");
    with(MirrorLinks::links).forEach(l -> table.row(l.name(), l.state(), l.fields().get("bootstrap.servers"), l.fields().get("topics"),
        l.fields().getOrDefault("mode", "identical"), l.origin(), l.problem()));
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "describe", description = "Show a mirroring link: its fields, topics, and the partitions with their lag.")
  void describe(@Parameters(paramLabel = "LINK", description = "Its name.") String name,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    MirrorLinks.Link link = with(links -> links.links().stream().filter(l -> l.name().equals(name)).findFirst()
        .orElseThrow(() -> new ShellException("there is no link " + name + "; mirror:list shows the links")));
    Page page = new Page(io.out(), json).fact("link", name).fact("state", link.state()).fact("problem", link.problem())
        .fact("origin", link.origin());
    Table fields = new Table("field", "value");
    link.fields().forEach(fields::row);
    page.table("fields", fields);
    if (!link.state().equals("invalid")) {
      Table topics = new Table("topic", "source", "partitions", "state", "problem");
      with(links -> links.topics(name)).forEach(t -> topics.row(t.target(), t.source(), t.partitions(), t.state(), t.problem()));
      Table partitions = new Table("topic", "partition", "leader", "state", "offset", "sourceOffset", "lag", "lagMs", "bytesPerSecond",
          "errors", "skipped", "lastProgress", "problem");
      with(links -> links.partitions(name)).forEach(p -> row(partitions, p, p.progress()));
      page.table("topics", topics).table("partitions", partitions);
    }
    page.print();
  }

  private static void row(Table table, MirrorLinks.Partition p, MirrorLinks.Progress how) {
    if (how == null) {
      table.row(p.topic(), p.partition(), p.leader(), p.state(), null, null, null, null, null, null, null, null, p.problem());
    } else {
      table.row(p.topic(), p.partition(), p.leader(), p.state(), known(how.offset()), known(how.sourceOffset()), known(how.lagRecords()),
          known(how.lagMs()), known(how.bytesPerSecond()), known(how.errors()), known(how.skipped()),
          how.lastProgressMs() < 0 ? null : Instant.ofEpochMilli(how.lastProgressMs()).toString(), p.problem());
    }
  }

  private static Long known(long number) {
    return number < 0 ? null : number;
  }

  @Needs(Role.ADMIN)
  @Command(name = "create", description = "Create a mirroring link for this cluster. Its topics are mirrored at once.")
  void create(@Parameters(paramLabel = "LINK", description = "Its name.") String name,
      @Option(names = "--source", required = true, paramLabel = "HOST:PORT", description = "Brokers of the source cluster, separated by commas.")
      String source,
      @Option(names = "--topics", required = true, paramLabel = "TOPICS",
          description = "Names of topics or regular expressions, separated by commas.") String topics,
      @Option(names = "--mode", paramLabel = "MODE", description = "identical (the default), prefixed or repartitioned.") String mode,
      @Option(names = {"-f", "--field"}, paramLabel = "FIELD=VALUE", description = "Another field; may be repeated.") Map<String, String> more)
      throws InterruptedException {
    Map<String, String> fields = new TreeMap<>(more == null ? Map.of() : more);
    fields.put("bootstrap.servers", source);
    fields.put("topics", topics);
    if (mode != null) {
      fields.put("mode", mode);
    }
    with(links -> {
      links.create(name, fields);
      return null;
    });
    io.out().println("created link " + name);
  }

  @Needs(Role.ADMIN)
  @Command(name = "remove", description = "Remove a mirroring link. Its mirrors stay read only until they are promoted.")
  void remove(@Parameters(paramLabel = "LINK", description = "Its name.") String name) throws InterruptedException {
    with(links -> {
      links.remove(name);
      return null;
    });
    io.out().println("removed link " + name);
  }

  @Needs(Role.OPERATE)
  @Command(name = "pause", description = "Stop the fetching of a mirroring link.")
  void pause(@Parameters(paramLabel = "LINK", description = "Its name.") String name) throws InterruptedException {
    pause(name, true);
  }

  @Needs(Role.OPERATE)
  @Command(name = "resume", description = "Resume the fetching of a mirroring link.")
  void resume(@Parameters(paramLabel = "LINK", description = "Its name.") String name) throws InterruptedException {
    pause(name, false);
  }

  private void pause(String name, boolean paused) throws InterruptedException {
    with(links -> {
      links.pause(name, paused);
      return null;
    });
    io.out().println((paused ? "paused link " : "resumed link ") + name);
  }

  @Needs(Role.ADMIN)
  @Command(name = "promote", description = "Make mirrors writable, when they have all that the source has.")
  void promote(@Parameters(index = "0", paramLabel = "LINK", description = "Name of the link.") String name,
      @Parameters(index = "1..*", paramLabel = "TOPIC", description = "Which mirrors; all of the link if none is named.") List<String> topics,
      @Option(names = "--force", description = "Do not wait for the source, which may be gone.") boolean force,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("topic", "lag", "abortedTransactions");
    with(links -> links.promote(name, topics == null ? List.of() : topics, force, progress(json)))
        .forEach(p -> table.row(p.topic(), known(p.lagRecords()), p.abortedTransactions()));
    Page.print(io.out(), json, table);
  }

  @Needs(Role.ADMIN)
  @Command(name = "failback", description = "Turn a link round: its source becomes the mirror of this cluster, whose topics were promoted.")
  void failback(@Parameters(paramLabel = "LINK", description = "Its name.") String name,
      @Option(names = "--bootstrap", paramLabel = "HOST:PORT", description = "Where the source reaches this cluster, separated by commas; "
          + "the addresses of its brokers if not given.") String bootstrap,
      @Option(names = "--discard", description = "Cut the records of the source that this cluster does not have.") boolean discard,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("topic", "partition", "sameUpTo", "end", "discarded");
    List<MirrorLinks.Returned> returned = with(links -> links.failback(name, bootstrap, discard, progress(json)));
    returned.forEach(r -> table.row(r.topic(), r.partition(), r.sameOffset(), r.endOffset(), r.discarded()));
    Page.print(io.out(), json, table);
    long lost = returned.stream().mapToLong(MirrorLinks.Returned::discarded).sum();
    if (lost > 0 && !discard) {
      io.out().flush();
      throw new ShellException("nothing was done: the source has " + lost + " records that are not here; save them, and use --discard");
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "diff", description = "Compare mirrors with their source: offsets and checksums of all batches.")
  void diff(@Parameters(index = "0", paramLabel = "LINK", description = "Name of the link.") String name,
      @Parameters(index = "1..*", paramLabel = "TOPIC", description = "Which mirrors; all of the link if none is named.") List<String> topics,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("topic", "partition", "from", "to", "batches", "checksum", "equal", "difference");
    List<MirrorLinks.Difference> found = with(links -> links.diff(name, topics == null ? List.of() : topics, progress(json)));
    found.forEach(d -> table.row(d.topic(), d.partition(), known(d.fromOffset()), known(d.toOffset()), d.batches(),
        Long.toHexString(d.crc()), d.equal(), d.difference()));
    Page.print(io.out(), json, table);
    long different = found.stream().filter(d -> !d.equal()).count();
    if (different > 0) {
      io.out().flush();
      throw new ShellException(different + " of " + found.size() + " partitions differ");
    }
  }

  /** Lines for people; a JSON document stands alone. */
  private Consumer<String> progress(boolean json) {
    return json ? line -> { } : line -> {
      io.out().println(line);
      io.out().flush();
    };
  }
}
