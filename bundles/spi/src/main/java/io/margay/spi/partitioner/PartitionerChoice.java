package io.margay.spi.partitioner;

/**
 * The value of the setting {@code margay.partitioner}: {@code NAME} or {@code NAME:OPTIONS}.
 *
 * @param name the strategy's name, not empty
 * @param options the strategy's options, empty for none
 */
public record PartitionerChoice(String name, String options) {
  public PartitionerChoice {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a partitioner has a name; expected NAME or NAME:OPTIONS");
    }
  }

  /**
   * @param text the value of the setting
   * @return its parts
   * @throws IllegalArgumentException when there is no name
   */
  public static PartitionerChoice parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0 ? new PartitionerChoice(text.strip(), "")
        : new PartitionerChoice(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
  }

  @Override
  public String toString() {
    return options.isEmpty() ? name : name + ":" + options;
  }
}
