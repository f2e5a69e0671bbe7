//! The gzip format without compression (RFC 1952, and stored blocks of RFC 1951): what a client has to unpack, and
//! no dependency.

/// Most bytes of a stored block.
const BLOCK: usize = 0xFFFF;

/// These bytes as a gzip file.
pub(crate) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks: Vec<&[u8]> = bytes.chunks(BLOCK).collect();
    if blocks.is_empty() {
        blocks.push(&[]);
    }
    let last = blocks.len() - 1;
    for (at, block) in blocks.into_iter().enumerate() {
        // A block is never longer than its length field can say.
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(at == last));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend_from_slice(&crc32(bytes).to_le_bytes());
    // The length modulo 2^32, as the format has it.
    let length = u32::try_from(bytes.len() & 0xFFFF_FFFF).unwrap_or_default();
    out.extend_from_slice(&length.to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    /// The check value of the algorithm's definition.
    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
    }
}
