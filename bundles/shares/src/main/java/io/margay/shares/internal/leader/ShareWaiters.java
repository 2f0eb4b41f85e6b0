package io.margay.shares.internal.leader;

import io.margay.shares.internal.leader.StateWriter.Step;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The fetches that wait for records of one share partition, in the order of their arrival. Eager ones take what there is: one is woken while there is
 * something. Patient ones want more bytes than there are: all of them are woken whenever something comes. Guarded by the lock of its
 * owner, which calls {@link Step}s without it.
 */
final class ShareWaiters {
  private final StateWriter.Owner owner;
  private final Set<ShareWaiter> eager = new LinkedHashSet<>();
  private final Set<ShareWaiter> patient = new LinkedHashSet<>();

  private int comings;

  ShareWaiters(StateWriter.Owner owner) {
    this.owner = owner;
  }

  /** How often something has come, or may have. */
  int comings() {
    return comings;
  }

  void add(ShareWaiter waiter) {
    eager.add(waiter);
  }

  void addPatient(ShareWaiter waiter) {
    patient.add(waiter);
  }

  void remove(ShareWaiter waiter) {
    eager.remove(waiter);
    patient.remove(waiter);
  }

  boolean isEmpty() {
    return eager.isEmpty() && patient.isEmpty();
  }

  boolean hasEager() {
    return !eager.isEmpty();
  }

  /** Something has come: for one eager fetch, which passes on what it leaves, and for all patient ones. */
  Step wake() {
    comings++;
    List<ShareWaiter> all = new ArrayList<>(patient);
    patient.clear();
    return all.isEmpty() ? wakeOne() : Step.both(wakeOne(), () -> all.forEach(ShareWaiter::wake));
  }

  /** Wakes the eager fetch that has waited longest, which does not wait any more; null when there is none. */
  Step wakeOne() {
    Iterator<ShareWaiter> eagerOnes = eager.iterator();
    if (!eagerOnes.hasNext()) {
      return null;
    }
    ShareWaiter first = eagerOnes.next();
    eagerOnes.remove();
    return () -> {
      if (!first.wake()) {
        owner.locked(this::wakeOne);
      }
    };
  }

  /** Wakes all, which do not wait any more. */
  Step wakeAll() {
    comings++;
    List<ShareWaiter> all = new ArrayList<>(eager);
    eager.clear();
    all.addAll(patient);
    patient.clear();
    return () -> all.forEach(ShareWaiter::wake);
  }
}
