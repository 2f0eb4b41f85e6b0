package io.margay.protocol;

/**
 * What the schema says about one API; both messages of the API carry an equal one.
 *
 * @param key the API key
 * @param name Kafka's name, such as {@code Produce}
 * @param lowest the lowest version of the schema
 * @param highest the highest version of the schema
 * @param flexibleFrom the first flexible version of this message; {@link Short#MAX_VALUE} if none is
 * @param latestVersionUnstable whether the highest version may still change and is not to be advertised by default
 */
public record Api(short key, String name, short lowest, short highest, short flexibleFrom, boolean latestVersionUnstable) {
  private static final short API_VERSIONS = 18;

  /** Whether {@code version} is between the lowest and the highest. */
  public boolean supports(short version) {
    return version >= lowest && version <= highest;
  }

  /** The version of the header before a request of {@code version}: 2 for flexible versions, else 1. */
  public short requestHeaderVersion(short version) {
    return (short) (version >= flexibleFrom ? 2 : 1);
  }

  /**
   * The version of the header before a response of {@code version}: 1 for flexible versions, else 0. Always 0 for
   * ApiVersions, whose response is read by clients that do not know yet which versions there are.
   */
  public short responseHeaderVersion(short version) {
    return (short) (version >= flexibleFrom && key != API_VERSIONS ? 1 : 0);
  }
}
