package io.margay.spi.consensus;

/**
 * A node of the metadata quorum and the address where the other nodes reach it. Clients have no business there.
 *
 * @param id its node id
 * @param host its name or address
 * @param port its port for the quorum
 */
public record QuorumNode(int id, String host, int port) {
  /**
   * Reads one element of {@code controller.quorum.voters}.
   *
   * @param text {@code id@host:port}
   * @return the node
   * @throws IllegalArgumentException when it is something else
   */
  public static QuorumNode parse(String text) {
    int at = text.indexOf('@');
    int colon = text.lastIndexOf(':');
    try {
      if (at > 0 && colon > at + 1) {
        return new QuorumNode(Integer.parseInt(text.substring(0, at)), text.substring(at + 1, colon),
            Integer.parseInt(text.substring(colon + 1)));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("id@host:port expected, not " + text, e);
    }
    throw new IllegalArgumentException("id@host:port expected, not " + text);
  }

  /** @return {@code host:port} */
  public String address() {
    return host + ":" + port;
  }

  @Override
  public String toString() {
    return id + "@" + address();
  }
}
