package io.margay.shares.internal.leader;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The fetches that wait for records of one share partition, in the order of their arrival. Eager ones take what there is: one is woken while there is
 * something. Patient ones want more bytes than there are: all of them are woken whenever something comes. Guarded by the lock of its owner.
 */
final class ShareWaiters {
  private final Set<ShareWaiter> eager = new LinkedHashSet<>();
  private final Set<ShareWaiter> patient = new LinkedHashSet<>();

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

  /** The eager one that has waited longest, which does not wait any more; null when there is none. */
  ShareWaiter poll() {
    Iterator<ShareWaiter> first = eager.iterator();
    if (!first.hasNext()) {
      return null;
    }
    ShareWaiter waiter = first.next();
    first.remove();
    return waiter;
  }

  /** All patient ones, which do not wait any more. */
  List<ShareWaiter> drainPatient() {
    List<ShareWaiter> all = patient.isEmpty() ? List.of() : new ArrayList<>(patient);
    patient.clear();
    return all;
  }

  /** All, which do not wait any more. */
  List<ShareWaiter> drain() {
    List<ShareWaiter> all = new ArrayList<>(eager);
    eager.clear();
    all.addAll(drainPatient());
    return all;
  }
}
