package io.margay.quotas.internal;

import io.margay.model.Clock;
import io.margay.spi.quota.ClientQuota;

/** The limits of one client; each may be shared with others, or be null. Immutable but for what was used. */
final class LimitedClient implements ClientQuota {
  private final Clock clock;
  private final double fullSeconds;
  private final Share produce;
  private final Share fetch;
  private final Share request;
  private final Share mutation;

  LimitedClient(Quotas quotas, QuotaLimits limits, String user, String clientId) {
    this.clock = quotas.clock();
    this.fullSeconds = quotas.table().windows().requests().fullSeconds();
    this.produce = share(quotas, limits.find(QuotaKind.PRODUCE, user, clientId), user);
    this.fetch = share(quotas, limits.find(QuotaKind.FETCH, user, clientId), user);
    this.request = share(quotas, limits.find(QuotaKind.REQUEST, user, clientId), user);
    this.mutation = share(quotas, limits.find(QuotaKind.MUTATION, user, clientId), user);
  }

  private static Share share(Quotas quotas, QuotaLimits.Found found, String user) {
    return found == null ? null : new Share(quotas.table(), found, user);
  }

  boolean limited() {
    return produce != null || fetch != null || request != null || mutation != null;
  }

  @Override
  public int produced(long bytes) {
    if (produce == null) {
      return 0;
    }
    long now = clock.nanos();
    return produce.usage(now).add(bytes, produce.limit(), now);
  }

  @Override
  public int fetched(long bytes) {
    if (fetch == null) {
      return 0;
    }
    long now = clock.nanos();
    return fetch.usage(now).addWithin(bytes, fetch.limit(), Integer.MAX_VALUE, now);
  }

  @Override
  public long mostFetchBytes() {
    return fetch == null ? Long.MAX_VALUE : (long) Math.max(1, fetch.limit() * fullSeconds);
  }

  @Override
  public int worked(long nanos) {
    if (request == null) {
      return 0;
    }
    long now = clock.nanos();
    return request.usage(now).work(nanos, request.limit(), now);
  }

  @Override
  public boolean countsWork() {
    return request != null;
  }

  @Override
  public int mutated(long partitions, boolean strict) {
    if (mutation == null) {
      return 0;
    }
    long now = clock.nanos();
    return mutation.usage(now).mutate(partitions, strict, mutation.limit(), now);
  }
}
