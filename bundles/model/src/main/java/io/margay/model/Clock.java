package io.margay.model;

/** Time as a port, so that tests and simulations control it. Implementations are safe for all threads. */
public interface Clock {
  /** The machine's clock. */
  Clock SYSTEM = new Clock() {
    @Override
    public long millis() {
      return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
      return System.nanoTime();
    }
  };

  /** @return milliseconds since the epoch; may jump */
  long millis();

  /** @return nanoseconds since an arbitrary moment; never goes back */
  long nanos();
}
