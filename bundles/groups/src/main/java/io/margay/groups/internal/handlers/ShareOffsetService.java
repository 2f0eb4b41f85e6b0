package io.margay.groups.internal.handlers;

import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsResponse;
import io.margay.protocol.message.DescribeShareGroupOffsetsRequest;
import io.margay.protocol.message.DescribeShareGroupOffsetsResponse;
import java.util.concurrent.CompletableFuture;

/** The port through which the handlers reach the start offsets of share groups. As {@link GroupCoordinatorService}. */
public interface ShareOffsetService {
  /** @return where a share group starts to read; an error in it when it cannot be described */
  CompletableFuture<DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup> describe(
      DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup group);

  /** Lets a share group without members start elsewhere. */
  CompletableFuture<AlterShareGroupOffsetsResponse> alter(AlterShareGroupOffsetsRequest request, long bytes);

  /** Lets a share group without members forget topics. */
  CompletableFuture<DeleteShareGroupOffsetsResponse> delete(DeleteShareGroupOffsetsRequest request, long bytes);
}
