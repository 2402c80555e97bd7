package io.waystation.settings;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Files and folders as addresses that Camel reads. It decodes them, splits lists of them at commas and takes some characters for
 * patterns or placeholders, so that a folder such as {@code a+b} is another one, or none, unless those are written in percent.
 */
public final class FileLocation {
    private static final Pattern SPECIAL = Pattern.compile("[%+,*?#{}()]");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private FileLocation() {
    }

    /** The address of a file or folder. */
    public static String of(Path path) {
        return "file:" + SPECIAL.matcher(path.toString()).replaceAll(found -> "%" + HEX.toHexDigits((byte) found.group().charAt(0)));
    }

    /**
     * The addresses of all files of a folder that match. Not the address of the folder with the pattern behind it: Camel decodes
     * what it finds then, but not where it looks.
     */
    public static List<String> matching(Path folder, String pattern) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            return StreamSupport.stream(files.spliterator(), false).sorted().map(FileLocation::of).toList();
        }
    }
}
