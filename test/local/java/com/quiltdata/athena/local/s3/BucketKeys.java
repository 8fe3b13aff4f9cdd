package com.quiltdata.athena.local.s3;

import com.adobe.testing.s3mock.s3.model.BucketMetadata;
import com.adobe.testing.s3mock.s3.store.BucketStore;
import com.adobe.testing.s3mock.s3.store.StoreConfiguration;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.io.File;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.springframework.beans.factory.config.BeanPostProcessor;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps in memory which keys a bucket has. S3Mock keeps them in one JSON file a bucket, which it reads for each request
 * and writes anew for each object: with 15,000 objects, that takes longer than everything else.
 */
final class BucketKeys implements BeanPostProcessor {
    private final File directory;

    /** Keeps the keys of a store. */
    BucketKeys(File directory) {
        this.directory = directory;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof BucketStore
                ? new BucketStore(
                        directory,
                        StoreConfiguration.Companion.getS3_OBJECT_DATE_FORMAT(),
                        LocalAccount.REGION,
                        new InMemory())
                : bean;
    }

    /** Writes a bucket's file once, for it tells that the bucket exists, and then keeps to what was written last. */
    private static final class InMemory extends JsonMapper {
        private static final long serialVersionUID = 1;

        private final transient Map<File, BucketMetadata> buckets = new ConcurrentHashMap<>();

        @Override
        public <T> T readValue(File file, Class<T> type) {
            return type.cast(buckets.get(file));
        }

        @Override
        public void writeValue(File file, Object value) {
            BucketMetadata bucket = (BucketMetadata) value;
            BucketMetadata before = buckets.get(file);
            if (bucket != before) {
                super.writeValue(file, Map.of("name", bucket.getName()));
                buckets.put(file, withConcurrentKeys(bucket));
            }
        }

        /** Requests read keys while others add some. */
        private static BucketMetadata withConcurrentKeys(BucketMetadata bucket) {
            return bucket.copy(
                    bucket.getName(),
                    bucket.getCreationDate(),
                    bucket.getVersioningConfiguration(),
                    bucket.getObjectLockConfiguration(),
                    bucket.getBucketLifecycleConfiguration(),
                    bucket.getObjectOwnership(),
                    bucket.getPath(),
                    bucket.getBucketRegion(),
                    bucket.getBucketInfo(),
                    bucket.getLocationInfo(),
                    new ConcurrentSkipListMap<>(bucket.getObjects()));
        }
    }
}
