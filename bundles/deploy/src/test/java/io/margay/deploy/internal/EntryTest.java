package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EntryTest {
  @Test
  void aTableHasTheNamesOfItsColumns() {
    Entry one = new Entry(9, "2026-01-02T03:04:05Z", "ann", List.of(new Entry.Replaced("a", "", "1.0.0", "")), 0,
        new Entry.Result(7, 0, Entry.DEPLOYED, ""));
    Entry two = new Entry(10, "2026-01-02T03:04:06Z", "the folder deploy", List.of(new Entry.Replaced("a", "1.0.0", "2.0.0", "x")), 0,
        new Entry.Result(1234, 2, Entry.ROLLED_BACK, "it\nbroke"));
    assertThat(Entry.table(List.of(one, two))).isEqualTo("""
        ID  WHEN                  WHO                BUNDLES           PAUSE MS  ERRORS  OUTCOME
         9  2026-01-02T03:04:05Z  ann                a 1.0.0 (new)            7       0  deployed
        10  2026-01-02T03:04:06Z  the folder deploy  a 1.0.0 -> 2.0.0      1234       2  rolled back: it broke
        """);
    assertThat(Entry.table(List.of())).isEqualTo("There are no deployments yet.\n");
  }
}
