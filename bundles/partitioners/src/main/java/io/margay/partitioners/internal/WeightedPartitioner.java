package io.margay.partitioners.internal;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.TopicPartitioner;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Component;

/**
 * Partitions get records in proportion to their weights: {@code weighted:0=5,1=1,*=0}. {@code *} stands for the partitions that
 * are not named, and is 1 unless given.
 *
 * <p>When this bundle is updated, records that ask for a partition now get it; those that come while it is away wait, in order.
 */
@Component(property = Partitioner.NAME_PROPERTY + "=" + WeightedPartitioner.NAME)
public final class WeightedPartitioner implements Partitioner {
  static final String NAME = "weighted";
  static final int MAX_WEIGHT = 1_000_000;
  private static final String EXPECTED =
      "PARTITION=WEIGHT,..., weights from 0 to " + MAX_WEIGHT + ", not all 0, and * for the others";
  private static final Pattern PARTITION = Pattern.compile("0|[1-9][0-9]{0,8}");

  @Override
  public TopicPartitioner create(String options) {
    Options parsed = new Options(NAME, EXPECTED, options);
    int rest = parsed.take("*", 1, 0);
    Map<Integer, Integer> weights = new TreeMap<>();
    parsed.values().forEach((name, text) -> {
      if (!PARTITION.matcher(name).matches()) {
        throw parsed.bad("\"" + name + "\" is not a partition");
      }
      int weight = parsed.number("partition " + name, text, 0);
      if (weight > MAX_WEIGHT) {
        throw parsed.bad(weight + " of partition " + name + " is more than " + MAX_WEIGHT);
      }
      if (weights.put(Integer.valueOf(name), weight) != null) {
        throw parsed.bad("partition " + name + " is there twice");
      }
    });
    if (rest > MAX_WEIGHT) {
      throw parsed.bad(rest + " of * is more than " + MAX_WEIGHT);
    }
    if (rest == 0 && weights.values().stream().allMatch(w -> w == 0)) {
      throw parsed.bad("no partition has a weight");
    }
    return new WeightedChoice(weights, rest);
  }
}
