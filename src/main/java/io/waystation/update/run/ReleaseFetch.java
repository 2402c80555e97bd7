package io.waystation.update.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

import org.apache.camel.Exchange;

import io.waystation.update.Platform;
import io.waystation.update.Subsystem;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.change.Archive;
import io.waystation.update.change.ChangeException;
import io.waystation.update.change.Download;
import io.waystation.update.release.ReleaseArtefact;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.release.ReleaseManifest;

/** Bean {@code releaseFetch}: fetches the archive that a signed release names, and takes the binary out. Stateless and thread-safe; blocks. */
public final class ReleaseFetch {
    private static final int RECENT = 50;

    private final ReleaseLedger ledger;
    private final Changes changes;
    private final Downloads downloads;
    private final Platform platform;

    /**
     * How files are fetched.
     *
     * @param host scheme and authority that get the token
     * @param withToken fetches from there
     * @param plain fetches from everywhere else
     */
    record Downloads(String host, Download withToken, Download plain) {
        Download of(URI address) {
            return (address.getScheme() + "://" + address.getAuthority()).equals(host) ? withToken : plain;
        }
    }

    ReleaseFetch(ReleaseLedger ledger, Changes changes, Downloads downloads, Platform platform) {
        this.ledger = ledger;
        this.changes = changes;
        this.downloads = downloads;
        this.platform = platform;
    }

    /**
     * Fetches, from the first address that has it, and sets the exchange property {@code fetched} to the binary. Size and digest
     * are the signed ones.
     */
    public void fetch(Exchange exchange) {
        Subsystem subsystem = UpdateSteps.subsystem(exchange);
        UpstreamVersion version = UpdateSteps.wanted(exchange);
        ReleaseArtefact artefact = ledger.accepted(subsystem.name(), RECENT).stream().map(ReleaseLedger.Entry::manifest)
                .filter(manifest -> manifest.commit().equals(version.commit())).findFirst().flatMap(this::file)
                .orElseThrow(() -> new UpdateException("no-release", "No signed release of " + version.label() + " is kept for this machine."));
        Path binary = changes.binary(subsystem);
        Path staging = binary.resolveSibling(".staging");
        Path archive = staging.resolve(artefact.name());
        download(artefact, archive);
        Path taken = staging.resolve(binary.getFileName() + ".fetched");
        Archive.extract(archive, binary.getFileName().toString(), taken, subsystem.selection().assets().largest());
        exchange.setProperty("fetched", taken);
    }

    private Optional<ReleaseArtefact> file(ReleaseManifest manifest) {
        return manifest.artefactFor(platform);
    }

    private void download(ReleaseArtefact artefact, Path archive) {
        ChangeException last = null;
        for (URI address : artefact.urls()) {
            try {
                downloads.of(address).fetch(address, archive, artefact.size(), artefact.sha256());
                return;
            } catch (ChangeException failed) {
                if (failed.code().equals("interrupted") || failed.code().equals("no-space")) {
                    throw failed;
                }
                last = last != null && last.passing() ? last : failed; // what time may heal counts more than what it does not
            }
        }
        throw last;
    }
}
