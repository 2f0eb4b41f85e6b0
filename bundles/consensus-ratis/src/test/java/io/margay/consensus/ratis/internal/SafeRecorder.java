package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.ConsensusContract.Recorder;
import java.util.List;

/** The recorder of the contract for several threads, which wait for what it records. */
class SafeRecorder extends Recorder {
  @Override
  public synchronized byte[] apply(long index, long timestampMs, byte[] command) {
    byte[] result = super.apply(index, timestampMs, command);
    notifyAll();
    return result;
  }

  @Override
  public synchronized void restore(long index, byte[] snapshot) {
    super.restore(index, snapshot);
    notifyAll();
  }

  synchronized List<String> whenIt(int count) throws InterruptedException {
    while (commands.size() < count) {
      wait(60_000);
    }
    return List.copyOf(commands);
  }
}
