/**
 * Logs of partitions over storage engines. The names, from the outside to the inside:
 *
 * <pre>
 *   Logs                    the service: opens and deletes logs                           one a node, LogManager
 *   EngineSlot              an engine's name: its checkpoints, flushers and open logs     one an engine name; a LogOwner
 *   PartitionLog            one log                                                       SegmentedPartitionLog
 *     LogReader             what is read from it
 *     LogAppender           what is appended to it
 *     LogReshaping          what is dropped, cut or replaced of it
 *     LogLife               how it gets its store and leaves it
 *     LogState              what it knows besides its batches; FileQueue and StateWriter write it
 *     LogFlushing           when it is forced to stable storage
 *     GuardedProducers      its producers, for threads that do not hold its lock
 *     LogOffsets            where it begins and ends
 *     LogAvailability       whether it can be used
 *   LogEnvironment          what all logs are given
 *   LogOwner                what a log reports its changes to
 *   LogHomes                finds the engine that holds a log; EngineCatalog remembers it
 *   LogMover, LogMove       the queue of moves to other engines; one move
 *   OfflineLogs             opens logs again that an I/O error took offline
 *   LogCleaner              one pass of compaction; CleanerSchedule decides which log is next
 *   LogStore, StorageEngine spi.storage: where the batches are
 * </pre>
 */
package io.margay.log.internal;
