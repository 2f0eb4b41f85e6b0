package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.lease.NamedServices;
import io.margay.spi.mirror.MirrorException;
import io.margay.spi.mirror.MirrorLinks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MirrorCommandsTest {
  private final Gosh gosh = new Gosh(new FakeBroker());
  private final Links links = new Links();

  @AfterEach
  void close() {
    gosh.close();
  }

  /** Notes what it is asked to do. */
  private static final class Links implements MirrorLinks {
    private final List<String> done = new ArrayList<>();
    private List<Difference> differences = List.of();

    @Override
    public List<Link> links() {
      return List.of(new Link("west", "cluster", new TreeMap<>(Map.of("bootstrap.servers", "a:1", "topics", "orders")), "running", null));
    }

    @Override
    public List<Topic> topics(String link) {
      return List.of(new Topic("orders", "orders", 2, "mirroring", null));
    }

    @Override
    public List<Partition> partitions(String link) {
      return List.of(new Partition("orders", 0, 1, "mirroring", null, new Progress(90, 100, 250, 0, 4096, 1, 5)),
          new Partition("orders", 1, 2, "remote", null, null));
    }

    @Override
    public void create(String link, Map<String, String> fields) throws MirrorException {
      if (fields.containsKey("colour")) {
        throw new MirrorException("unknown field colour of link " + link);
      }
      done.add("create " + link + " " + new TreeMap<>(fields));
    }

    @Override
    public void remove(String link) {
      done.add("remove " + link);
    }

    @Override
    public void pause(String link, boolean paused) {
      done.add((paused ? "pause " : "resume ") + link);
    }

    @Override
    public List<Promoted> promote(String link, List<String> topics, boolean force, Consumer<String> progress) {
      done.add("promote " + link + " " + topics + " " + force);
      progress.accept("waiting for 3 records");
      return List.of(new Promoted("orders", force ? -1 : 0, 2));
    }

    @Override
    public List<Difference> diff(String link, List<String> topics, Consumer<String> progress) {
      return differences;
    }

    @Override
    public List<Returned> failback(String link, String bootstrap, boolean discard, Consumer<String> progress) {
      done.add("failback " + link + " " + bootstrap + " " + discard);
      return List.of(new Returned("orders", 0, 90, 100));
    }
  }

  private String run(String command) throws Exception {
    gosh.strategies.mirrors().add(links, Map.of(NamedServices.NAME_PROPERTY, Strategies.MIRRORS));
    return gosh.run(command);
  }

  @Test
  void withoutTheBundleTheCommandsSaySo() {
    assertThatThrownBy(() -> gosh.run("mirror:list")).isInstanceOf(ShellException.class).hasMessageContaining("the bundle mirror is not active");
  }

  @Test
  void linksAreListedAndDescribed() throws Exception {
    assertThat(run("mirror:list")).isEqualTo("""
        LINK  STATE    SOURCE  TOPICS  MODE       ORIGIN   PROBLEM
        west  running  a:1     orders  identical  cluster  -
        """);
    assertThat(run("mirror:describe west")).contains("""
        TOPIC   PARTITION  LEADER  STATE      OFFSET  SOURCE OFFSET  LAG  LAG MS  BYTES PER SECOND  ERRORS  SKIPPED  LAST PROGRESS         PROBLEM
        orders          0       1  mirroring      90            100   10     250              4096       1        5  1970-01-01T00:00:00Z  -
        orders          1       2  remote          -              -    -       -                 -       -        -  -                     -
        """);
    assertThat(run("mirror:describe west --json")).contains("\"lag\" : 10").contains("\"field\" : \"topics\"");
    assertThatThrownBy(() -> run("mirror:describe east")).hasMessage("there is no link east; mirror:list shows the links");
  }

  @Test
  void linksAreCreatedPausedAndRemoved() throws Exception {
    assertThat(run("mirror:create west --source a:1,b:2 --topics 'orders,pay.*' --mode prefixed -f prefix=w. -f start=latest"))
        .isEqualTo("created link west\n");
    run("mirror:pause west");
    run("mirror:resume west");
    run("mirror:remove west");
    assertThat(links.done).containsExactly(
        "create west {bootstrap.servers=a:1,b:2, mode=prefixed, prefix=w., start=latest, topics=orders,pay.*}", "pause west", "resume west",
        "remove west");
    assertThatThrownBy(() -> run("mirror:create west --source a:1 --topics x -f colour=red")).isInstanceOf(ShellException.class)
        .hasMessage("unknown field colour of link west");
  }

  @Test
  void mirrorsArePromotedWithProgress() throws Exception {
    assertThat(run("mirror:promote west orders")).isEqualTo("""
        waiting for 3 records
        TOPIC   LAG  ABORTED TRANSACTIONS
        orders    0                     2
        """);
    assertThat(run("mirror:promote west --force --json")).startsWith("[").contains("\"lag\" : null");
    assertThat(links.done).containsExactly("promote west [orders] false", "promote west [] true");
  }

  @Test
  void aDifferenceIsAFailure() throws Exception {
    links.differences = List.of(new MirrorLinks.Difference("orders", 0, 0, 10, 3, 0xabc, null));
    assertThat(run("mirror:diff west")).contains("abc").contains("true");
    links.differences = List.of(new MirrorLinks.Difference("orders", 0, 0, 10, 3, 0xabc, null),
        new MirrorLinks.Difference("orders", 1, 0, 10, 3, 0xabc, "the mirror has other records"));
    assertThatThrownBy(() -> run("mirror:diff west")).hasMessage("1 of 2 partitions differ");
  }

  @Test
  void aLinkIsTurnedRoundOnlyWhenNothingIsLostOrThatIsWanted() throws Exception {
    assertThatThrownBy(() -> run("mirror:failback west")).hasMessageContaining("the source has 10 records that are not here")
        .hasMessageContaining("--discard");
    assertThat(run("mirror:failback west --discard --bootstrap east:9092")).contains("DISCARDED");
    assertThat(links.done).containsExactly("failback west null false", "failback west east:9092 true");
  }
}
