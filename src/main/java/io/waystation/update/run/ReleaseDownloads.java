package io.waystation.update.run;

import java.nio.file.Path;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.http.ProblemException;
import io.waystation.update.release.FolderTarget;

/** Bean {@code releaseFiles}: hands out files of releases of the target {@code folder}. Stateless and thread-safe. */
public final class ReleaseDownloads {
    private final FolderTarget folder;

    /** From a folder, or null for nothing. */
    ReleaseDownloads(FolderTarget folder) {
        this.folder = folder;
    }

    /** {@code GET /download/{subsystem}/{release}/{file}}. */
    public void send(Exchange exchange) {
        Message message = exchange.getMessage();
        Path file = folder == null ? null : folder.find(message.getHeader("subsystem", "", String.class),
                message.getHeader("release", "", String.class), message.getHeader("file", "", String.class));
        if (file == null) {
            throw new ProblemException(404, "no-such-file", "There is no such file of a release.");
        }
        message.setBody(file);
        message.setHeader(Exchange.CONTENT_TYPE, "application/octet-stream");
    }
}
