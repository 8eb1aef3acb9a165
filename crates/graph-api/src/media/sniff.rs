//! Owns what bytes are, by the bytes alone. The list is closed: what is not on it is not shown, so
//! that a page or a drawing with scripts never passes for a picture.

use super::MediaError;

/// So many bytes are enough to tell what follows.
pub const ENOUGH: usize = 64;

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// MP4 with pictures, QuickTime.
    Mp4,
    /// WebM.
    Webm,
    /// AVI.
    Avi,
    /// MP4 with sound alone.
    M4a,
    /// MP3.
    Mp3,
    /// AAC without a container.
    Aac,
    /// WAV.
    Wav,
    /// Ogg.
    Ogg,
    /// PDF.
    Pdf,
}

impl Kind {
    /// The name that the web knows it by.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
            Self::Avi => "video/x-msvideo",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Aac => "audio/aac",
            Self::Wav => "audio/wav",
            Self::Ogg => "audio/ogg",
            Self::Pdf => "application/pdf",
        }
    }

    /// The end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
            Self::Avi => "avi",
            Self::M4a => "m4a",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
            Self::Wav => "wav",
            Self::Ogg => "ogg",
            Self::Pdf => "pdf",
        }
    }

    /// The kind with a name that [`Kind::mime`] gave.
    #[must_use]
    pub fn from_mime(mime: &str) -> Option<Self> {
        ALL.into_iter().find(|kind| kind.mime() == mime)
    }

    /// Whether it is a picture.
    #[must_use]
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Gif | Self::Webp)
    }
}

const ALL: [Kind; 13] = [
    Kind::Jpeg,
    Kind::Png,
    Kind::Gif,
    Kind::Webp,
    Kind::Mp4,
    Kind::Webm,
    Kind::Avi,
    Kind::M4a,
    Kind::Mp3,
    Kind::Aac,
    Kind::Wav,
    Kind::Ogg,
    Kind::Pdf,
];

/// What the bytes are; nothing for what is not on the list.
#[must_use]
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    let at = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    if bytes.starts_with(b"RIFF") {
        return match at(8, 12) {
            b"WEBP" => Some(Kind::Webp),
            b"WAVE" => Some(Kind::Wav),
            b"AVI " => Some(Kind::Avi),
            _ => None,
        };
    }
    if at(4, 8) == b"ftyp" {
        return match at(8, 12) {
            b"M4A " | b"M4B " | b"M4P " => Some(Kind::M4a),
            // Pictures in this container are packed in ways that not every view unpacks.
            b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis" => None,
            _ => Some(Kind::Mp4),
        };
    }
    let starts: [(&[u8], Kind); 9] = [
        (b"\xff\xd8\xff", Kind::Jpeg),
        (b"\x89PNG\r\n\x1a\n", Kind::Png),
        (b"GIF87a", Kind::Gif),
        (b"GIF89a", Kind::Gif),
        (b"\x1a\x45\xdf\xa3", Kind::Webm),
        (b"OggS", Kind::Ogg),
        (b"ID3", Kind::Mp3),
        (b"%PDF-", Kind::Pdf),
        (b"\xff\xfb", Kind::Mp3),
    ];
    let found = starts.iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, kind)| *kind).or_else(|| sound_frame(bytes))
}

/// A frame of MP3 or AAC begins with eleven bits and a layer.
fn sound_frame(bytes: &[u8]) -> Option<Kind> {
    match bytes.get(..2)? {
        [0xff, 0xf1 | 0xf9] => Some(Kind::Aac),
        [0xff, 0xf2 | 0xf3 | 0xfa] => Some(Kind::Mp3),
        _ => None,
    }
}

/// Looks closer at a picture: how large it would be, and whether it is whole. Returns its size.
///
/// # Errors
/// [`MediaError::Refused`] for a picture without a size or without an end,
/// [`MediaError::TooLarge`] for one with more pixels than that.
pub fn check(bytes: &[u8], kind: Kind, pixels: u64) -> Result<Option<(u32, u32)>, MediaError> {
    if !kind.is_image() {
        return Ok(None);
    }
    let size = imagesize::blob_size(bytes).map_err(|_| MediaError::Refused("no size"))?;
    let (width, height) = (
        u32::try_from(size.width).unwrap_or(u32::MAX),
        u32::try_from(size.height).unwrap_or(u32::MAX),
    );
    if width == 0 || height == 0 {
        return Err(MediaError::Refused("an empty picture"));
    }
    if u64::from(width) * u64::from(height) > pixels {
        return Err(MediaError::TooLarge);
    }
    if !is_whole(bytes, kind) {
        return Err(MediaError::Refused("cut short"));
    }
    Ok(Some((width, height)))
}

fn is_whole(bytes: &[u8], kind: Kind) -> bool {
    let holds = |end: &[u8]| bytes.windows(end.len()).rev().any(|window| window == end);
    match kind {
        Kind::Png => holds(b"IEND\xae\x42\x60\x82"),
        Kind::Jpeg => holds(b"\xff\xd9"),
        Kind::Gif => bytes.contains(&0x3b),
        Kind::Webp => {
            let told = bytes.get(4..8).and_then(|b| <[u8; 4]>::try_from(b).ok());
            let told = told.map(u32::from_le_bytes).unwrap_or(u32::MAX);
            usize::try_from(told).is_ok_and(|told| told.saturating_add(8) <= bytes.len() + 1)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG that claims a size; nothing in it is unpacked.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x02\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82");
        bytes
    }

    #[test]
    fn bytes_are_what_they_are_and_not_what_is_said_of_them() {
        let cases: [(&[u8], Option<Kind>); 16] = [
            (b"\xff\xd8\xff\xe0rest", Some(Kind::Jpeg)),
            (b"GIF89a....", Some(Kind::Gif)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Kind::Webp)),
            (b"RIFF\x10\0\0\0WAVEfmt ", Some(Kind::Wav)),
            (b"\0\0\0\x18ftypmp42....", Some(Kind::Mp4)),
            (b"\0\0\0\x18ftypM4A ....", Some(Kind::M4a)),
            (b"\0\0\0\x18ftypheic....", None),
            (b"%PDF-1.7\n", Some(Kind::Pdf)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>", None),
            (b"<!doctype html><title>x", None),
            (b"  <html>", None),
            (b"MZ\x90\0", None),
            (b"\x7fELF", None),
            (b"PK\x03\x04", None),
            (b"#!/bin/sh\n", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(
                kind(bytes),
                expected,
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn a_picture_that_would_grow_too_large_is_refused_before_it_is_unpacked() {
        let small = png(1080, 1080);
        assert_eq!(
            check(&small, Kind::Png, 50_000_000).unwrap(),
            Some((1080, 1080))
        );
        let bomb = png(50_000, 50_000);
        assert!(bomb.len() < 100, "a bomb is small on the way");
        assert!(matches!(
            check(&bomb, Kind::Png, 50_000_000),
            Err(MediaError::TooLarge)
        ));
        let overflow = png(u32::MAX, u32::MAX);
        assert!(check(&overflow, Kind::Png, 50_000_000).is_err());
        assert!(check(&png(0, 5), Kind::Png, 50_000_000).is_err());
    }

    #[test]
    fn a_picture_that_was_cut_short_is_refused() {
        let mut cut = png(10, 10);
        cut.truncate(cut.len() - 6);
        assert!(matches!(
            check(&cut, Kind::Png, 1_000),
            Err(MediaError::Refused(_))
        ));
        assert!(check(b"\xff\xd8\xff\xe0\0\x10JFIF", Kind::Jpeg, 1_000).is_err());
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in ALL {
            assert_eq!(Kind::from_mime(kind.mime()), Some(kind));
        }
        assert_eq!(Kind::from_mime("image/svg+xml"), None);
    }
}
