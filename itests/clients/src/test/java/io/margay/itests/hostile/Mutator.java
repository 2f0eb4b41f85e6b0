package io.margay.itests.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Damages a frame: what comes first is its size, then the API key, the version, a correlation id and the client id. */
final class Mutator {
  private static final int MAX_CHANGES = 3;
  private static final int API = 4;
  private static final int VERSION = 6;
  private static final int BODY = 12;

  private final Random random;

  Mutator(Random random) {
    this.random = random;
  }

  /** @param other another frame, whose parts may be used */
  byte[] damage(byte[] frame, byte[] other) {
    if (random.nextInt(8) == 0) {
      return frame;
    }
    byte[] changed = frame;
    for (int i = 1 + random.nextInt(MAX_CHANGES); i > 0; i--) {
      changed = once(changed, other);
    }
    if (changed.length >= BODY && random.nextInt(10) != 0) {
      ByteBuffer.wrap(changed).putInt(0, changed.length - 4);
    }
    return changed;
  }

  private byte[] once(byte[] frame, byte[] other) {
    if (frame.length <= BODY + 1) {
      return other.clone();
    }
    byte[] b = frame.clone();
    int at = BODY + random.nextInt(b.length - BODY);
    switch (random.nextInt(12)) {
      case 0 -> b[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> b[at] = (byte) random.nextInt();
      case 2 -> b = Arrays.copyOf(b, at);
      case 3 -> Arrays.fill(b, at, Math.min(b.length, at + 5), (byte) 0xff);
      case 4 -> put(b, at, new byte[] {0x7f, -1, -1, -1});
      case 5 -> put(b, at, new byte[] {-1, -1, -1, -1, 7});
      case 6 -> put(b, at, new byte[] {0, 15, 66, 63});
      case 7 -> ByteBuffer.wrap(b).putShort(VERSION, (short) (random.nextInt(20) - 2));
      case 8 -> ByteBuffer.wrap(b).putShort(API, (short) random.nextInt(95));
      case 9 -> b = splice(b, at, other);
      case 10 -> b = repeat(b, at);
      default -> ByteBuffer.wrap(b).putInt(0, random.nextBoolean() ? random.nextInt() : b.length - 4 + random.nextInt(9) - 4);
    }
    return b;
  }

  private static void put(byte[] b, int at, byte[] value) {
    System.arraycopy(value, 0, b, at, Math.min(value.length, b.length - at));
  }

  private byte[] splice(byte[] b, int at, byte[] other) {
    int from = random.nextInt(other.length);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(b, 0, at);
    all.write(other, from, other.length - from);
    return all.toByteArray();
  }

  /** A part of the body again and again. */
  private byte[] repeat(byte[] b, int at) {
    int length = 1 + random.nextInt(Math.min(40, b.length - at));
    int times = 1 + random.nextInt(200);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(b, 0, at);
    for (int i = 0; i < times; i++) {
      all.write(b, at, length);
    }
    all.write(b, at, b.length - at);
    return all.toByteArray();
  }
}
