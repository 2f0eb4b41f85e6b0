package io.margay.storage.mapdb.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.Serializer;
import org.mapdb.StoreWAL;
import org.mapdb.volume.Volume;
import org.mapdb.volume.VolumeFactory;

/**
 * Why there is a journal of our own: MapDB's transactions, on a disk that takes no write any more from the n-th write of a commit
 * on, as when the process is killed there, for each n. Then the database is opened again. A version of MapDB that passes this
 * with "before" and "after" only could do without.
 */
class MapDbAloneTest {
  private static final int BEFORE = 50;
  private static final int AFTER = 55;

  @TempDir
  Path directory;

  @Test
  void manyMomentsOfACommitLeaveADatabaseThatCannotBeRead() throws IOException {
    Map<String, Integer> found = new TreeMap<>();
    int writes = 0;
    boolean killed = true;
    while (killed) {
      String file = directory.resolve("kill-" + writes).toString();
      Files files = new Files();
      DB db = open(file, files);
      put(db, 0, BEFORE);
      db.commit();
      put(db, BEFORE, AFTER);
      files.left = writes;
      killed = isKilledInCommit(db);
      if (killed) {
        found.merge(look(file), 1, Integer::sum);
        writes++;
      }
    }
    System.out.println("MapDB's own log, killed before each of " + writes + " writes of a commit of 5 entries: " + found);
    assertThat(found.keySet()).as("what MapDB's own log leaves").contains("broken");
  }

  private static boolean isKilledInCommit(DB db) {
    try {
      db.commit();
      return false;
    } catch (Killed e) {
      return true;
    }
  }

  private static DB open(String file, Files files) {
    boolean exists = new File(file).exists();
    return new DB(new StoreWAL(file, files, 0, false, 0, 1 << 20, 0, false, false, false, true, false), exists, false,
        DB.class.getClassLoader(), 0);
  }

  private static BTreeMap<Long, byte[]> map(DB db) {
    return db.treeMap("map", Serializer.LONG, Serializer.BYTE_ARRAY).valuesOutsideNodesEnable().createOrOpen();
  }

  private static void put(DB db, int from, int to) {
    BTreeMap<Long, byte[]> map = map(db);
    for (long i = from; i < to; i++) {
      map.put(i, value(i));
    }
  }

  private static byte[] value(long key) {
    byte[] value = new byte[(int) (100 + key * 37 % 3000)];
    Arrays.fill(value, (byte) key);
    return value;
  }

  private static String look(String file) {
    try {
      long next = 0;
      for (Map.Entry<Long, byte[]> entry : map(open(file, new Files())).getEntries()) {
        if (entry.getKey() != next || !Arrays.equals(entry.getValue(), value(next))) {
          return "broken";
        }
        next++;
      }
      return next == BEFORE ? "before" : next == AFTER ? "after" : "broken";
    } catch (RuntimeException e) {
      return "broken";
    }
  }

  /** The process is gone. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The files of one process. */
  private static final class Files extends VolumeFactory {
    private long left = Long.MAX_VALUE;

    void write() {
      if (left-- <= 0) {
        throw new Killed();
      }
    }

    @Override
    public Volume makeVolume(String file, boolean readOnly, long lockWait, int sliceShift, long initialSize, boolean fixed) {
      return new CountedVolume(new File(file), this::write);
    }

    @Override
    public boolean exists(String file) {
      return new File(file).length() > 0;
    }

    @Override
    public boolean handlesReadonly() {
      return true;
    }
  }
}
