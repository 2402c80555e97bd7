package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

class DeliveryFilterTest {
    private static final int OF_EARLIER_VERSIONS = DeliveryFilter.CAPACITY * 16 / Byte.SIZE;

    @Test
    void knowsEveryHashAlsoAfterItWasStored() {
        DeliveryFilter filter = full();

        DeliveryFilter stored = DeliveryFilter.fromBytes(filter.toBytes());

        SplittableRandom same = new SplittableRandom(1);
        for (int i = 0; i < DeliveryFilter.CAPACITY; i++) {
            assertThat(stored.mayContain(same.nextLong())).isTrue();
        }
    }

    @Test
    void saysNoToAlmostEveryNewHash() {
        DeliveryFilter filter = full();

        SplittableRandom others = new SplittableRandom(2);
        long mistaken = others.longs(500_000).filter(filter::mayContain).count();

        assertThat(mistaken).isLessThan(100);
    }

    @Test
    void asksAFilterOfAnEarlierVersionByItsOwnProbes() {
        DeliveryFilter filter = DeliveryFilter.fromBytes(new byte[OF_EARLIER_VERSIONS]);

        filter.add(0x0123_4567_89ab_cdefL);

        assertThat(filter.toBytes()).hasSize(OF_EARLIER_VERSIONS);
        assertThat(BitSet.valueOf(filter.toBytes()).cardinality()).isEqualTo(4);
        assertThat(filter.mayContain(0x0123_4567_89ab_cdefL)).isTrue();
    }

    private static DeliveryFilter full() {
        DeliveryFilter filter = new DeliveryFilter();
        new SplittableRandom(1).longs(DeliveryFilter.CAPACITY).forEach(filter::add);
        return filter;
    }
}
