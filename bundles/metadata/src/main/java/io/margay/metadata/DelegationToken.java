package io.margay.metadata;

import java.util.List;

/**
 * What the cluster keeps of a delegation token. The secret that belongs to it is not here: each broker computes it from the id.
 *
 * @param id its id, with which clients log in
 * @param owner the principal that clients with the token are, such as {@code User:alice}
 * @param requester the principal that asked for it
 * @param renewers principals that may renew it besides the owner
 * @param times when it was issued and when it ends
 */
public record DelegationToken(String id, String owner, String requester, List<String> renewers, Times times) {
  /**
   * Moments in milliseconds since 1970.
   *
   * @param issueMs when the token was issued
   * @param maxMs after which it cannot be used, renewed or not
   * @param expiryMs after which it cannot be used unless it is renewed before
   */
  public record Times(long issueMs, long maxMs, long expiryMs) { }

  public DelegationToken {
    renewers = List.copyOf(renewers);
  }

  /**
   * @param nowMs milliseconds since 1970
   * @return whether it cannot be used any more
   */
  public boolean expired(long nowMs) {
    return times.maxMs() < nowMs || times.expiryMs() < nowMs;
  }

  /**
   * @param principal a principal
   * @return whether it may renew and end the token
   */
  public boolean isRenewedBy(String principal) {
    return principal.equals(owner) || renewers.contains(principal);
  }

  /**
   * @param principal a principal
   * @return whether it may see the token without any other right
   */
  public boolean isOf(String principal) {
    return isRenewedBy(principal) || principal.equals(requester);
  }

  /**
   * @param expiryMs another end
   * @return the token with it
   */
  public DelegationToken until(long expiryMs) {
    return new DelegationToken(id, owner, requester, renewers, new Times(times.issueMs(), times.maxMs(), expiryMs));
  }
}
