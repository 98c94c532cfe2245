//! Enums of more values than one match names.

#![deny(warnings)]

use thriftly::Result;

thriftly::thrift!(inline: r#"
    enum Sparse {
        V0 = -500, V1 = -241, V2 = 18, V3 = 277, V4 = 536, V5 = 795,
        V6 = 1054, V7 = 1313, V8 = 1572, V9 = -269, V10 = -10, V11 = 249,
        V12 = 508, V13 = 767, V14 = 1026, V15 = 1285, V16 = 1544, V17 = -297,
        V18 = -38, V19 = 221, V20 = 480, V21 = 739, V22 = 998, V23 = 1257,
        V24 = 1516, V25 = -325, V26 = -66, V27 = 193, V28 = 452, V29 = 711,
        V30 = 970, V31 = 1229, V32 = 1488, V33 = -353, V34 = -94, V35 = 165,
        V36 = 424, V37 = 683, V38 = 942, V39 = 1201, V40 = 1460, V41 = -381,
        V42 = -122, V43 = 137, V44 = 396, V45 = 655, V46 = 914, V47 = 1173,
        V48 = 1432, V49 = -409, V50 = -150, V51 = 109, V52 = 368, V53 = 627,
        V54 = 886, V55 = 1145, V56 = 1404, V57 = -437, V58 = -178, V59 = 81,
        V60 = 340, V61 = 599, V62 = 858, V63 = 1117, V64 = 1376, V65 = -465,
        V66 = -206, V67 = 53, V68 = 312, V69 = 571, V70 = 830, V71 = 1089,
        V72 = 1348, V73 = -493, V74 = -234, V75 = 25, V76 = 284, V77 = 543,
        V78 = 802, V79 = 1061, V80 = 1320, V81 = 1579, V82 = -262, V83 = -3,
        V84 = 256, V85 = 515, V86 = 774, V87 = 1033, V88 = 1292, V89 = 1551,
        V90 = -290, V91 = -31, V92 = 228, V93 = 487, V94 = 746, V95 = 1005,
        V96 = 1264, V97 = 1523, V98 = -318, V99 = -59, V100 = 200, V101 = 459,
        V102 = 718, V103 = 977, V104 = 1236, V105 = 1495, V106 = -346, V107 = -87,
        V108 = 172, V109 = 431, V110 = 690, V111 = 949, V112 = 1208, V113 = 1467,
        V114 = -374, V115 = -115, V116 = 144, V117 = 403, V118 = 662, V119 = 921,
        V120 = 1180, V121 = 1439, V122 = -402, V123 = -143, V124 = 116, V125 = 375,
        V126 = 634, V127 = 893, V128 = 1152, V129 = 1411, V130 = -430, V131 = -171,
        V132 = 88, V133 = 347, V134 = 606, V135 = 865, V136 = 1124, V137 = 1383,
        V138 = -458, V139 = -199, V140 = 60, V141 = 319, V142 = 578, V143 = 837,
        V144 = 1096, V145 = 1355, V146 = -486, V147 = -227, V148 = 32, V149 = 291,
        V150 = 550, V151 = 809, V152 = 1068, V153 = 1327, V154 = 1586, V155 = -255,
        V156 = 4, V157 = 263, V158 = 522, V159 = 781, V160 = 1040, V161 = 1299,
        V162 = 1558, V163 = -283, V164 = -24, V165 = 235, V166 = 494, V167 = 753,
        V168 = 1012, V169 = 1271, V170 = 1530, V171 = -311, V172 = -52, V173 = 207,
        V174 = 466, V175 = 725, V176 = 984, V177 = 1243, V178 = 1502, V179 = -339,
        V180 = -80, V181 = 179, V182 = 438, V183 = 697, V184 = 956, V185 = 1215,
        V186 = 1474, V187 = -367, V188 = -108, V189 = 151, V190 = 410, V191 = 669,
        V192 = 928, V193 = 1187, V194 = 1446, V195 = -395, V196 = -136, V197 = 123,
        V198 = 382, V199 = 641, V200 = 900, V201 = 1159, V202 = 1418, V203 = -423,
        V204 = -164, V205 = 95, V206 = 354, V207 = 613, V208 = 872, V209 = 1131,
        V210 = 1390, V211 = -451, V212 = -192, V213 = 67, V214 = 326, V215 = 585,
        V216 = 844, V217 = 1103, V218 = 1362, V219 = -479, V220 = -220, V221 = 39,
        V222 = 298, V223 = 557, V224 = 816, V225 = 1075, V226 = 1334, V227 = 1593,
        V228 = -248, V229 = 11, V230 = 270, V231 = 529, V232 = 788, V233 = 1047,
        V234 = 1306, V235 = 1565, V236 = -276, V237 = -17, V238 = 242, V239 = 501,
        V240 = 760, V241 = 1019, V242 = 1278, V243 = 1537, V244 = -304, V245 = -45,
        V246 = 214, V247 = 473, V248 = 732, V249 = 991, V250 = 1250, V251 = 1509,
        V252 = -332, V253 = -73, V254 = 186, V255 = 445, V256 = 704, V257 = 963,
        V258 = 1222, V259 = 1481, V260 = -360, V261 = -101, V262 = 158, V263 = 417,
        V264 = 676, V265 = 935, V266 = 1194, V267 = 1453, V268 = -388, V269 = -129,
        V270 = 130, V271 = 389, V272 = 648, V273 = 907, V274 = 1166, V275 = 1425,
        V276 = -416, V277 = -157, V278 = 102, V279 = 361, V280 = 620, V281 = 879,
        V282 = 1138, V283 = 1397, V284 = -444, V285 = -185, V286 = 74, V287 = 333,
        V288 = 592, V289 = 851, V290 = 1110, V291 = 1369, V292 = -472, V293 = -213,
        V294 = 46, V295 = 305, V296 = 564, V297 = 823, V298 = 1082, V299 = 1341,
        AGAIN = -500, type = 9000,
    }
    enum Dense {
        D0, D1, D2, D3, D4, D5,
        D6, D7, D8, D9, D10, D11,
        D12, D13, D14, D15, D16, D17,
        D18, D19, D20, D21, D22, D23,
        D24, D25, D26, D27, D28, D29,
        D30, D31, D32, D33, D34, D35,
        D36, D37, D38, D39, D40, D41,
        D42, D43, D44, D45, D46, D47,
        D48, D49, D50, D51, D52, D53,
        D54, D55, D56, D57, D58, D59,
        D60, D61, D62, D63, D64, D65,
        D66, D67, D68, D69, D70, D71,
        D72, D73, D74, D75, D76, D77,
        D78, D79, D80, D81, D82, D83,
        D84, D85, D86, D87, D88, D89,
        D90, D91, D92, D93, D94, D95,
        D96, D97, D98, D99, D100, D101,
        D102, D103, D104, D105, D106, D107,
        D108, D109, D110, D111, D112, D113,
        D114, D115, D116, D117, D118, D119,
        D120, D121, D122, D123, D124, D125,
        D126, D127, D128, D129, D130, D131,
        D132, D133, D134, D135, D136, D137,
        D138, D139, D140, D141, D142, D143,
        D144, D145, D146, D147, D148, D149,
        D150, D151, D152, D153, D154, D155,
        D156, D157, D158, D159, D160, D161,
        D162, D163, D164, D165, D166, D167,
        D168, D169, D170, D171, D172, D173,
        D174, D175, D176, D177, D178, D179,
        D180, D181, D182, D183, D184, D185,
        D186, D187, D188, D189, D190, D191,
        D192, D193, D194, D195, D196, D197,
        D198, D199, D200, D201, D202, D203,
        D204, D205, D206, D207, D208, D209,
        D210, D211, D212, D213, D214, D215,
        D216, D217, D218, D219, D220, D221,
        D222, D223, D224, D225, D226, D227,
        D228, D229, D230, D231, D232, D233,
        D234, D235, D236, D237, D238, D239,
        D240, D241, D242, D243, D244, D245,
        D246, D247, D248, D249, D250, D251,
        D252, D253, D254, D255, D256, D257,
        D258, D259,
    }
    struct Both { 1: required Sparse sparse, 2: required Dense dense }
"#, warnings: hidden);

/// The number that the IDL gives the value at this place.
fn sparse(at: i32) -> i32 {
    at * 37 % 300 * 7 - 500
}

const MIDDLE: i32 = Sparse::V150.number();
const NAME: Option<&str> = Sparse::V150.name();

#[test]
fn each_value_has_its_number_and_its_names() -> Result<()> {
    for (at, value) in (0..300).zip(Sparse::VALUES) {
        let (number, name) = (sparse(at), format!("V{at}"));
        assert_eq!((value.number(), value.name()), (number, Some(&*name)));
        assert_eq!((Sparse::from(number), name.parse::<Sparse>()?), (*value, *value));
        assert_eq!((value.to_string(), format!("{value:?}")), (name.clone(), name));
    }
    for (number, value) in (0..260).zip(Dense::VALUES) {
        assert_eq!((value.number(), Dense::from(number)), (number, *value));
        assert_eq!(format!("{value:?}"), format!("D{number}"));
    }
    assert_eq!((MIDDLE, NAME), (sparse(150), Some("V150")));
    assert_eq!(Sparse::Again, Sparse::V0);
    assert_eq!((Sparse::VALUES.len(), Dense::VALUES.len()), (301, 260));
    Ok(())
}

#[test]
fn unknown_numbers_are_preserved() {
    for number in [i32::MIN, -501, -499, 1, 8999, i32::MAX] {
        let value = Sparse::from(number);
        assert_eq!(value, Sparse::Unrecognized(number));
        assert_eq!((value.number(), value.name()), (number, None));
        assert_eq!(format!("{value:?}"), format!("Unrecognized({number})"));
    }
    for number in [-1, 260] {
        assert_eq!(Dense::from(number), Dense::Unrecognized(number));
    }
    // Made by hand, with a number that has a name.
    assert_eq!(Dense::Unrecognized(3).name(), None);
}

#[test]
fn values_of_all_parts_are_encoded_and_decoded() -> Result<()> {
    for (sparse, dense) in Sparse::VALUES.iter().zip(Dense::VALUES) {
        let both = Both { sparse: *sparse, dense: *dense };
        let bytes = thriftly::binary::to_vec(&both)?;
        assert_eq!(thriftly::binary::from_slice::<Both>(&bytes)?, both);
    }
    let unknown = Both { sparse: Sparse::Unrecognized(1), dense: Dense::Unrecognized(-1) };
    let bytes = thriftly::binary::to_vec(&unknown)?;
    assert_eq!(thriftly::binary::from_slice::<Both>(&bytes)?, unknown);
    Ok(())
}
