// The part of HiveServer2's service that hive.rs calls. The numbers of methods' arguments, fields and values are those of
// Hive; the names of types are not on the wire. Other fields are skipped.

struct Handle {
  1: required binary guid,
  2: required binary secret
}

struct SessionHandle {
  1: required Handle id
}

struct OperationHandle {
  1: required Handle id,
  2: required i32 type,
  3: required bool has_results
}

enum StatusCode {
  SUCCESS,
  SUCCESS_WITH_INFO,
  STILL_EXECUTING,
  ERROR,
  INVALID_HANDLE
}

struct Status {
  1: required StatusCode code,
  3: optional string sql_state,
  5: optional string message
}

struct OpenSessionReq {
  // The protocol of version 8: columns, and intervals as text.
  1: required i32 protocol = 7,
  4: optional map<string, string> configuration
}

struct OpenSessionResp {
  1: required Status status,
  2: required i32 protocol,
  3: optional SessionHandle session
}

struct CloseSessionReq {
  1: required SessionHandle session
}

struct ExecuteStatementReq {
  1: required SessionHandle session,
  2: required string statement,
  4: optional bool run_async
}

struct ExecuteStatementResp {
  1: required Status status,
  2: optional OperationHandle operation
}

enum OperationState {
  INITIALIZED,
  RUNNING,
  FINISHED,
  CANCELED,
  CLOSED,
  ERROR,
  UNKNOWN,
  PENDING
}

struct OperationReq {
  1: required OperationHandle operation
}

struct GetOperationStatusResp {
  1: required Status status,
  2: optional OperationState state
}

struct StatusResp {
  1: required Status status
}

enum TypeId {
  BOOLEAN,
  TINYINT,
  SMALLINT,
  INT,
  BIGINT,
  FLOAT,
  DOUBLE,
  STRING,
  TIMESTAMP,
  BINARY,
  ARRAY,
  MAP,
  STRUCT,
  UNION,
  USER_DEFINED,
  DECIMAL,
  NULL,
  DATE,
  VARCHAR,
  CHAR,
  INTERVAL_YEAR_MONTH,
  INTERVAL_DAY_TIME
}

union QualifierValue {
  1: i32 number,
  2: string text
}

struct Qualifiers {
  1: required map<string, QualifierValue> values
}

struct PrimitiveType {
  1: required TypeId type,
  2: optional Qualifiers qualifiers
}

union TypeEntry {
  1: PrimitiveType primitive
}

struct TypeDesc {
  1: required list<TypeEntry> types
}

struct ColumnDesc {
  1: required string name,
  2: required TypeDesc type,
  3: required i32 position
}

struct TableSchema {
  1: required list<ColumnDesc> columns
}

struct GetResultSetMetadataResp {
  1: required Status status,
  2: optional TableSchema schema
}

struct FetchResultsReq {
  1: required OperationHandle operation,
  2: required i32 orientation = 0,
  3: required i64 max_rows
}

// In `nulls`, bit n (of byte n / 8, from the lowest) says that value n is null. Bytes of zeros at the end are left out.
struct BoolColumn {
  1: required list<bool> values,
  2: required binary nulls
}

struct ByteColumn {
  1: required list<i8> values,
  2: required binary nulls
}

struct I16Column {
  1: required list<i16> values,
  2: required binary nulls
}

struct I32Column {
  1: required list<i32> values,
  2: required binary nulls
}

struct I64Column {
  1: required list<i64> values,
  2: required binary nulls
}

struct DoubleColumn {
  1: required list<double> values,
  2: required binary nulls
}

struct StringColumn {
  1: required list<string> values,
  2: required binary nulls
}

struct BinaryColumn {
  1: required list<binary> values,
  2: required binary nulls
}

union Column {
  1: BoolColumn booleans,
  2: ByteColumn bytes,
  3: I16Column shorts,
  4: I32Column ints,
  5: I64Column longs,
  6: DoubleColumn doubles,
  7: StringColumn strings,
  8: BinaryColumn binaries
}

struct RowSet {
  1: required i64 start,
  3: optional list<Column> columns
}

struct FetchResultsResp {
  1: required Status status,
  3: optional RowSet results
}

service TCLIService {
  OpenSessionResp OpenSession(1: OpenSessionReq req),
  StatusResp CloseSession(1: CloseSessionReq req),
  ExecuteStatementResp ExecuteStatement(1: ExecuteStatementReq req),
  GetOperationStatusResp GetOperationStatus(1: OperationReq req),
  StatusResp CancelOperation(1: OperationReq req),
  StatusResp CloseOperation(1: OperationReq req),
  GetResultSetMetadataResp GetResultSetMetadata(1: OperationReq req),
  FetchResultsResp FetchResults(1: FetchResultsReq req)
}
