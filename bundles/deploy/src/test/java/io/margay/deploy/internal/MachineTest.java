package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {
  @Test
  void aShareIsBetweenNothingAndAll() {
    Machine machine = new Machine();
    for (int i = 0; i < 3; i++) {
      assertThat(machine.othersShare()).isBetween(0.0, 1.0);
    }
  }
}
