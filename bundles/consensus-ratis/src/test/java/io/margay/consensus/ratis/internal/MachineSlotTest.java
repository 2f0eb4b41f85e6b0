package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.consensus.ConsensusContract.Recorder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineSlotTest {
  private final MachineSlot slot = new MachineSlot();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer found(long seed, long base, int length) {
    return ByteBuffer.allocate(28).putLong(seed).putLong(base).putLong(0).putInt(length).flip();
  }

  private static ByteBuffer part(long seed, String text) {
    return ByteBuffer.allocate(8 + text.length()).putLong(seed).put(bytes(text)).flip();
  }

  /** Its snapshot would otherwise claim to hold the command. */
  @Test
  void aCommandThatComesAfterTheEndDoesNotCountAsApplied() {
    slot.attach(new Recorder(), false);
    slot.found(1, found(7, 0, 0));
    slot.apply(2, 0, bytes("a"));
    slot.close();
    assertThatThrownBy(() -> slot.apply(3, 0, bytes("b"))).isInstanceOf(MachineSlot.ClosedException.class);
    SavedState saved = slot.save();
    assertThat(saved.index()).isEqualTo(2);
    assertThat(new String(saved.state(), StandardCharsets.UTF_8)).isEqualTo("a");
  }

  @Test
  void nothingHasAnEffectBeforeTheClusterIsFounded() {
    Recorder machine = new Recorder();
    slot.attach(machine, false);
    slot.leader(1, true);
    assertThat(slot.apply(1, 0, bytes("early"))).isNull();
    assertThat(slot.leads()).isFalse();
    slot.part(2, part(7, "x\n"));
    assertThat(slot.found(3, found(7, 100, 3))).as("a part is missing").isFalse();
    slot.part(4, part(8, "x\n"));
    slot.part(5, part(8, "y"));
    assertThat(slot.found(6, found(8, 100, 3))).isTrue();
    assertThat(slot.found(7, found(9, 500, 0))).as("only the first one counts").isTrue();
    slot.apply(8, 0, bytes("z"));
    assertThat(machine.commands).containsExactly("x", "y", "z");
    assertThat(slot.leads()).isTrue();
    assertThat(slot.save().base()).isEqualTo(100);
  }

  @Test
  void metadataOfANodeThatWasAloneIsNotLostSilently() {
    slot.attach(new Recorder(), true);
    assertThatThrownBy(() -> slot.found(1, found(7, 0, 0))).isInstanceOf(MachineSlot.ForeignStateException.class);
  }

  /** A leader that believes it still leads would fence the others for ever, without an effect. */
  @Test
  void theMachineOfALogThatHasEndedDoesNotLead() {
    List<String> told = new ArrayList<>();
    slot.attach(new Recorder() {
      @Override
      public void onLeader(int leaderId, boolean self) {
        told.add(leaderId + " " + self);
      }
    }, false);
    slot.found(1, found(7, 0, 0));
    slot.leader(1, true);
    slot.close();
    slot.leader(1, true);
    assertThat(told).endsWith("1 true", "-1 false");
  }
}
