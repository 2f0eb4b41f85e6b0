package io.margay.protocol;

import java.util.Arrays;

/**
 * A tagged field that the schema does not know, kept so that it can be written again.
 *
 * @param tag the tag, at least 0
 * @param data the bytes of the value, not copied
 */
public record UnknownTaggedField(int tag, byte[] data) {
  @Override
  public boolean equals(Object other) {
    return other instanceof UnknownTaggedField that && tag == that.tag && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * tag + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "UnknownTaggedField(tag=" + tag + ", data=bytes[" + data.length + "])";
  }
}
