use super::*;
use std::io::Write;

fn ok(name: &str, text: &str) -> Import {
    read(name, text.as_bytes(), Lang::En).unwrap()
}

#[test]
fn labelled_questions_and_answers_are_read_with_their_lines() {
    let import = ok(
        "faq.txt",
        "Q: How much is shipping?\nQ: What does delivery cost?\nA: Shipping costs 50 TL.\nIt is free above 1,000 TL.\n\nSoru: Kargo kaç günde gelir?\nCevap: 2-4 iş günü.\n\nВопрос: Где вы находитесь?\nОтвет: Мы в Москве, на улице Мира.\n",
    );
    let entries = &import.entries;
    assert_eq!(entries.len(), 3, "{import:?}");
    assert_eq!(
        entries[0].questions,
        ["How much is shipping?", "What does delivery cost?"]
    );
    assert_eq!(
        entries[0].answer,
        "Shipping costs 50 TL.\nIt is free above 1,000 TL."
    );
    let seen: Vec<_> = entries.iter().map(|e| (e.line, e.lang)).collect();
    assert_eq!(seen, [(1, Lang::En), (6, Lang::Tr), (9, Lang::Ru)]);
    assert!(!entries[0].auto_ok && !entries[0].internal);
}

#[test]
fn questions_are_seen_by_their_mark_and_headings_count() {
    let plain = ok(
        "faq.txt",
        "How much is shipping?\n50 TL.\n\nDo you ship abroad?\nCan you send to Europe?\nYes, to the EU.\n\nWe are a small pottery in Kadikoy.\n",
    );
    assert_eq!(plain.entries.len(), 3, "{plain:?}");
    assert_eq!(plain.entries[1].questions.len(), 2);
    assert!(plain.entries[2].questions.is_empty());
    let marked = ok(
        "faq.md",
        "# Shipping cost\nIt is **50 TL**.\n\nFree above 1,000 TL.\n\n## Returns\nWithin 14 days.\n",
    );
    assert_eq!(marked.entries.len(), 2, "{marked:?}");
    assert_eq!(marked.entries[0].questions, ["Shipping cost"]);
    assert!(marked.entries[0].answer.contains("1,000"));
}

#[test]
fn a_question_without_an_answer_is_told_with_its_line() {
    let import = ok(
        "faq.txt",
        "Q: One?\nA: First answer.\n\nQ: Two?\n\nQ: Three?\nA: Third answer.",
    );
    assert_eq!(import.entries.len(), 2);
    assert_eq!(
        import.left_out,
        [LeftOut {
            line: 4,
            sheet: None,
            fault: RowFault::NoAnswer
        }]
    );
    let table = ok(
        "faq.csv",
        "question,answer\nOne?,First\nTwo?,\nThree?,Third\n",
    );
    assert_eq!(table.left_out[0].line, 3);
    assert_eq!(table.left_out[0].fault, RowFault::NoAnswer);
}

#[test]
fn tables_are_read_with_and_without_names_of_columns() {
    let named = ok(
        "sss.csv",
        "\u{feff}Dil;Soru;Cevap;Otomatik;Gizli\ntr;\"Kargo ne kadar?|Kargo kaç para?\";\"50 TL; hızlı\";evet;\nen;Where are you?;In Kadikoy.;;x\nde;Wo?;Hier.;;\n",
    );
    assert_eq!(named.entries.len(), 2, "{named:?}");
    assert_eq!(named.entries[0].questions.len(), 2);
    assert_eq!(named.entries[0].answer, "50 TL; hızlı");
    assert!(named.entries[0].auto_ok && named.entries[1].internal);
    assert_eq!(named.left_out[0].fault, RowFault::UnknownLanguage);
    let bare = ok("faq.tsv", "Where are you?\tIn Kadikoy, near the pier.\n");
    assert_eq!(bare.entries[0].answer, "In Kadikoy, near the pier.");
    let twice = ok("faq.csv", "Where?,In Kadikoy.\nWhere?,In Kadikoy.\n");
    assert_eq!(twice.left_out[0].fault, RowFault::Twice);
}

#[test]
fn windows_code_pages_and_utf_16_are_understood() {
    let (turkish, _, _) =
        encoding_rs::WINDOWS_1254.encode("soru;cevap\nÜcret ne kadar, ğış?;50 TL, şehir içi\n");
    let import = read("a.csv", &turkish, Lang::En).unwrap();
    assert_eq!(import.entries[0].answer, "50 TL, şehir içi");
    let (russian, _, _) =
        encoding_rs::WINDOWS_1251.encode("вопрос;ответ\nСколько стоит?;Пятьдесят рублей\n");
    let import = read("a.csv", &russian, Lang::En).unwrap();
    assert_eq!(import.entries[0].answer, "Пятьдесят рублей");
    let mut wide = vec![0xFF, 0xFE];
    for unit in "Q: One?\nA: Bir şey.".encode_utf16() {
        wide.extend(unit.to_le_bytes());
    }
    assert_eq!(
        read("a.txt", &wide, Lang::En).unwrap().entries[0].answer,
        "Bir şey."
    );
}

#[test]
fn what_cannot_be_used_is_said_plainly() {
    for (name, bytes, fault) in [
        ("a.pdf", b"x".to_vec(), FileFault::UnknownKind),
        ("noname", b"x".to_vec(), FileFault::UnknownKind),
        ("a.txt", vec![0, 1, 2, 0], FileFault::Unreadable),
        (
            "a.xlsx",
            b"PK\x03\x04 broken".to_vec(),
            FileFault::Unreadable,
        ),
        ("a.ods", b"".to_vec(), FileFault::Unreadable),
        ("a.csv", b"\n\n".to_vec(), FileFault::Empty),
        ("a.txt", vec![b'x'; 11 << 20], FileFault::TooLarge),
        (
            "a.csv",
            "q?,a\n".repeat(20_001).into_bytes(),
            FileFault::TooManyRows,
        ),
    ] {
        assert_eq!(read(name, &bytes, Lang::En), Err(fault), "{name}");
    }
    assert_eq!(check_size(100 << 20), Err(FileFault::TooLarge));
    assert!(is_known_kind("FAQ.XLSX") && !is_known_kind("photo.jpg"));
}

#[test]
fn a_spreadsheet_is_read_sheet_by_sheet() {
    let import = read("faq.xlsx", &workbook(), Lang::En).unwrap();
    assert_eq!(import.entries.len(), 2, "{import:?}");
    assert_eq!(import.entries[0].questions, ["How much is shipping?"]);
    assert_eq!(import.entries[0].answer, "50 TL");
    assert_eq!(import.entries[1].answer, "42");
    assert_eq!(import.entries[1].line, 5);
    assert_eq!(import.entries[0].sheet.as_deref(), Some("Answers"));
    assert_eq!(import.left_out[0].line, 4);
}

/// A workbook of one sheet, put together by hand: stored, not deflated.
fn workbook() -> Vec<u8> {
    let cell =
        |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
         <row r=\"1\">{}{}</row><row r=\"2\">{}{}</row><row r=\"4\">{}</row>\
         <row r=\"5\">{}<c r=\"B5\"><v>42</v></c></row></sheetData></worksheet>",
        cell("A1", "Question"),
        cell("B1", "Answer"),
        cell("A2", "How much is shipping?"),
        cell("B2", "50 TL"),
        cell("A4", "Unanswered?"),
        cell("A5", "Which size?"),
    );
    let files = [
        ("_rels/.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned()),
        ("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Answers\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_owned()),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    stored_zip(&files)
}

fn stored_zip(files: &[(&str, String)]) -> Vec<u8> {
    let (mut out, mut index) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(text.len()).unwrap();
        let length = u16::try_from(name.len()).unwrap();
        let mut common = Vec::new();
        for part in [20u16, 0, 0, 0, 0] {
            common.extend(part.to_le_bytes());
        }
        for part in [crc32(text.as_bytes()), size, size] {
            common.extend(part.to_le_bytes());
        }
        common.extend(length.to_le_bytes());
        common.extend(0u16.to_le_bytes());
        out.write_all(&0x0403_4b50u32.to_le_bytes()).unwrap();
        out.extend(&common);
        out.extend(name.bytes());
        out.extend(text.bytes());
        index.extend(0x0201_4b50u32.to_le_bytes());
        index.extend(20u16.to_le_bytes());
        index.extend(&common);
        index.extend([0u8; 10]);
        index.extend(offset.to_le_bytes());
        index.extend(name.bytes());
    }
    let (start, size) = (
        u32::try_from(out.len()).unwrap(),
        u32::try_from(index.len()).unwrap(),
    );
    out.extend(index);
    out.extend(0x0605_4b50u32.to_le_bytes());
    out.extend([0u8; 4]);
    let count = u16::try_from(files.len()).unwrap();
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0u8; 2]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
