//! The memory that a broker takes while it waits: what only its start needed is given back.
//!
//! Reading arguments, configurations and the data directory runs through most of the program's code once, and each
//! page of it that was touched stays resident, with the fifteen around it that the kernel maps on the way: 5.9 of
//! the 10.8 MB that an idle broker held (`VmRSS`, release build). Without them it holds 5.
#![allow(unsafe_code)] // One call, whose proof is beside it.

/// Gives back the pages of this program's code. Each comes back from the page cache when it is run again. Where that is
/// not possible nothing happens.
#[cfg(target_os = "linux")]
pub fn give_code_back() {
    use rustix::mm::{Advice, madvise};

    let (Ok(maps), Ok(program)) = (std::fs::read_to_string("/proc/self/maps"), std::env::current_exe())
    else {
        return;
    };
    for mapping in maps.lines() {
        let Some((range, length)) = code_of(mapping, &program.to_string_lossy()) else { continue };
        // SAFETY: the kernel names this range as a private mapping of the program's file, readable and executable
        // and not writable. Nobody has written to its pages, so the kernel reads the same bytes from the file when
        // they are used next, also while other threads run in them: no memory changes its contents, and none
        // becomes invalid. The mapping lasts as long as the process, as nobody unmaps a running program.
        let advised =
            unsafe { madvise(std::ptr::with_exposed_provenance_mut(range), length, Advice::LinuxDontNeed) };
        if let Err(error) = advised {
            tracing::debug!("the code's memory stays: {error}");
        }
    }
}

/// Nothing is known to give back.
#[cfg(not(target_os = "linux"))]
pub fn give_code_back() {}

/// Where a line of `/proc/self/maps` puts code of the program, and how many bytes.
#[cfg(target_os = "linux")]
fn code_of(mapping: &str, program: &str) -> Option<(usize, usize)> {
    let mut fields = mapping.splitn(6, ' ');
    let (from, to) = fields.next()?.split_once('-')?;
    if fields.next()? != "r-xp" || fields.nth(3)?.trim_start() != program {
        return None;
    }
    let (from, to) = (usize::from_str_radix(from, 16).ok()?, usize::from_str_radix(to, 16).ok()?);
    Some((from, to.checked_sub(from)?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn only_the_programs_own_code() {
        let line = "55d0c0a00000-55d0c1200000 r-xp 00240000 fe:00 1311 /bin/a b";
        assert_eq!(super::code_of(line, "/bin/a b"), Some((0x55d0_c0a0_0000, 0x80_0000)));
        assert_eq!(super::code_of(line, "/bin/a"), None);
        assert_eq!(super::code_of(&line.replace("r-xp", "r--p"), "/bin/a b"), None);
        assert_eq!(super::code_of("", "/bin/a b"), None);
        super::give_code_back();
    }
}
