package io.margay.consensus.ratis.internal;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis as a small log of small entries: its defaults are for large ones, at hundreds of MB a node. {@link QuorumTransport} adds the network. */
final class RatisProperties {
  private RatisProperties() { }

  static RaftProperties of(QuorumConfig config) {
    RaftProperties p = new RaftProperties();
    // A node that was suspended comes back, however long that was. By default Ratis ends its server after a minute.
    RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(10_000, TimeUnit.DAYS));
    RaftServerConfigKeys.setStorageDir(p, List.of(config.directory().toFile()));
    election(p, config);
    log(p, config);
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, config.snapshotEntries());
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
    RaftServerConfigKeys.Write.setByteLimit(p, SizeInBytes.valueOf(config.queueBytes()));
    return p;
  }

  private static void election(RaftProperties p, QuorumConfig config) {
    TimeDuration shortest = ms(config.timings().electionMs());
    TimeDuration longest = ms(2L * config.timings().electionMs());
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, shortest);
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, longest);
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, shortest);
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, longest);
    RaftServerConfigKeys.Rpc.setRequestTimeout(p, ms(config.timings().requestMs()));
    RaftClientConfigKeys.Rpc.setRequestTimeout(p, ms(config.timings().requestMs()));
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, ms(5L * config.timings().electionMs()));
  }

  private static void log(RaftProperties p, QuorumConfig config) {
    SizeInBytes entry = SizeInBytes.valueOf(config.queueBytes());
    RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("64KB"));
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("8MB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, SizeInBytes.valueOf("16MB"));
    RaftServerConfigKeys.Log.setQueueByteLimit(p, entry);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, entry);
    RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf(config.queueBytes() + 1024));
    // With it a follower on which one append fails, as when two copies come at once, refuses all later ones until it is started again.
    RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(p, false);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(p, (int) Math.min(Integer.MAX_VALUE, config.snapshotEntries()));
  }

  private static TimeDuration ms(long ms) {
    return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
  }
}
