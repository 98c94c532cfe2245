//! `thriftly doc`: the page of an IDL file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::transcript::thriftly;

/// A folder with files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("doc").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

fn page(folder: &Path, file: &str) -> String {
    let output = thriftly().arg("doc").arg(folder.join(file)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn everything_of_the_files_is_on_the_page_and_linked() {
    let shared = "/** Colors. */ enum Color { /** Like `roses`. */ RED, GREEN = 7 }\n\
                  exception Gone { 1: string why } (message = \"why\")\n";
    let main = "/** The *garage*. */\ninclude \"shared.thrift\"\nnamespace rs garage\n\
                const i32 MOST = 3\ntypedef list<shared.Color> Colors\n\
                /** A car. */ struct Car { /** How it looks. */ 1: required shared.Color color = shared.Color.RED, 2: optional Car towed }\n\
                service Base { void ping() }\n\
                /** Cars. */ service Garage extends Base {\n\
                  /** Gives one. */ Car fetch(1: map<string, Colors> wanted) throws (1: shared.Gone gone) (deprecated = \"old\")\n\
                  oneway void park(1: Car car) }\n";
    let page =
        page(&folder("whole", &[("main.thrift", main), ("shared.thrift", shared)]), "main.thrift");
    for part in [
        "<title>main</title>",
        "<div class=doc><p>The <em>garage</em>.</p>",
        "<code>namespace rs garage</code>",
        "Includes <a href=\"#file.shared\">shared</a>",
        "id=\"const.MOST\"",
        "<pre class=value>3</pre>",
        "id=\"type.Colors\"",
        "<p>A car.</p>",
        "id=\"type.Car.color\"",
        "<a href=\"#type.shared.Color\">shared.Color</a> = <code>Color.RED</code>",
        "<p>How it looks.</p>",
        "<span class=mark>required</span>",
        "extends <a href=\"#service.Base\">Base</a>",
        "id=\"service.Garage.fetch\"",
        "<p>Gives one.</p>",
        "<code class=deprecated>deprecated = &quot;old&quot;</code>",
        "<span class=word>oneway</span> <span class=word>void</span>",
        "id=\"type.shared.Color.RED\"",
        "<p>Like <code>roses</code>.</p>",
        "Used by <a href=\"#type.Colors\">main.Colors</a>, <a href=\"#type.Car\">main.Car</a>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    // Every link leads somewhere.
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(link.is_empty() || page.contains(&format!("id=\"{link}\"")), "{link}");
    }
    // It needs nothing from elsewhere.
    for word in [" src=", "<link", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn text_of_the_idl_becomes_no_html_and_no_script() {
    let hostile = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
    let text = hostile.replace('"', "\\\"").replace('\'', "\\'");
    let idl = format!(
        "/** {hostile} [x](javascript:alert(3)) */ const string A = \"{text}\"\n\
         /** {hostile} */ struct S {{ /** {hostile} */ 1: string s = \"{text}\" (a.b = \"{text}\") }} (c = \"{text}\")\n\
         /** {hostile} */ enum E {{ /** {hostile} */ X (d = '{text}') }}\n\
         /** {hostile} */ service V {{ /** {hostile} */ void f(/** {hostile} */ 1: S s) }}\n\
         const map<string, binary> B = {{\"{text}\": \"{text}\"}}\n"
    );
    let folder = folder("hostile", &[("a\"<b>.thrift", &idl), ("plain.thrift", "struct S {}")]);
    let page = page(&folder, "a\"<b>.thrift");
    let plain = self::page(&folder, "plain.thrift");
    let count = |page: &str, tag: &str| page.matches(tag).count();
    for tag in ["<script", "</script", "<style", "</style"] {
        assert_eq!(count(&page, tag), count(&plain, tag), "{tag}");
    }
    assert_eq!(count(&page, "<img"), 0);
    assert_eq!(count(&page, "javascript:"), count(&page, "(javascript:"));
    assert!(page.contains("<title>a&quot;&lt;b&gt;</title>"));
    // Tags with an attribute that runs something: there is none.
    for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        assert!(!tag.contains("onerror"), "{tag}");
    }
}

#[test]
fn the_page_goes_where_it_is_wanted() {
    let folder = folder("output", &[("a.thrift", "struct S {}"), ("bad.thrift", "struct")]);
    let run = |arguments: &[&str]| {
        let output = thriftly().current_dir(&folder).arg("doc").args(arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), output.stdout.len(), text)
    };
    let page = fs::read_to_string;
    assert_eq!(run(&["a.thrift", "-o", "x/y.html"]), (Some(0), 0, String::new()));
    let text = page(folder.join("x/y.html")).unwrap();
    assert_eq!(run(&["a.thrift", "-o", "x"]), (Some(0), 0, String::new()));
    assert_eq!(run(&["a.thrift", "-o", "new/"]), (Some(0), 0, String::new()));
    assert_eq!(page(folder.join("x/a.html")).unwrap(), text);
    assert_eq!(page(folder.join("new/a.html")).unwrap(), text);
    assert_eq!(run(&["a.thrift"]).1, text.len());
    let (code, length, error) = run(&["bad.thrift", "-o", "bad.html"]);
    assert_eq!((code, length), (Some(1), 0));
    assert!(error.starts_with("error: expected a name"), "{error}");
    assert!(!folder.join("bad.html").exists());
    let (code, _, error) = run(&["a.thrift", "-o", "a.thrift/b.html"]);
    assert_eq!(code, Some(2));
    assert!(error.starts_with("error: cannot write a.thrift/b.html: "), "{error}");
    assert_eq!(run(&["missing.thrift"]).0, Some(2));
}

#[test]
fn files_of_one_name_have_their_own_anchors() {
    let folder = folder("names", &[]);
    for (at, text) in
        [("a", "struct S {}"), ("b", "include \"../a/s.thrift\"\nstruct T { 1: s.S s }")]
    {
        fs::create_dir_all(folder.join(at)).unwrap();
        fs::write(folder.join(at).join("s.thrift"), text).unwrap();
    }
    fs::write(folder.join("main.thrift"), "include \"b/s.thrift\"\nstruct M { 1: s.T t }").unwrap();
    let page = page(&folder, "main.thrift");
    assert!(page.contains("id=\"type.s.T\"") && page.contains("id=\"type.s~2.S\""));
    assert!(page.contains("<a href=\"#type.s%7E2.S\">s.S</a>"), "{page}");
}
