package io.margay.groups.internal.handlers;

import io.margay.spi.handler.ApiHandler;
import java.util.List;

/** The handlers of this bundle. */
public final class GroupHandlers {
  private GroupHandlers() { }

  /**
   * @param groups the coordinator that they ask
   * @return one for each API
   */
  public static List<ApiHandler> of(GroupCoordinatorService groups) {
    return List.of(new FindCoordinatorHandler(groups), new JoinGroupHandler(groups), new SyncGroupHandler(groups),
        new HeartbeatHandler(groups), new LeaveGroupHandler(groups), new OffsetCommitHandler(groups), new TxnOffsetCommitHandler(groups),
        new OffsetFetchHandler(groups), new OffsetDeleteHandler(groups), new DescribeGroupsHandler(groups),
        new ListGroupsHandler(groups), new DeleteGroupsHandler(groups), new ConsumerGroupHeartbeatHandler(groups),
        new ConsumerGroupDescribeHandler(groups), new ShareGroupHeartbeatHandler(groups), new ShareGroupDescribeHandler(groups),
        new DescribeShareGroupOffsetsHandler(groups), new AlterShareGroupOffsetsHandler(groups), new DeleteShareGroupOffsetsHandler(groups),
        new StreamsGroupHeartbeatHandler(groups), new StreamsGroupDescribeHandler(groups),
        new StreamsGroupTopologyDescriptionUpdateHandler(groups));
  }
}
