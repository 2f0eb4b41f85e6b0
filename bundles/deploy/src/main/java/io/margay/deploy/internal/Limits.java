package io.margay.deploy.internal;

/**
 * The settings of deployments.
 *
 * @param watchMs for how long a new version is watched, in milliseconds
 * @param copies how many copies of replaced bundles are kept
 * @param copiesBytes how many bytes they have at most
 */
record Limits(long watchMs, int copies, long copiesBytes) {
  static final Limits DEFAULT = new Limits(10_000, 10, 256L << 20);
}
