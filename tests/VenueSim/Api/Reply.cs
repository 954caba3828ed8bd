namespace AlgoStack.VenueSim.Api;

/// <param name="Body">Written as JSON; null for no body.</param>
internal sealed record Reply(int Status, object? Body = null)
{
    public const long BadRequest = 40010000;
    public const long InvalidParameter = 40010001;
    public const long NotAuthorized = 40110000;
    public const long Forbidden = 40310000;
    public const long NotFoundCode = 40410000;
    public const long Unprocessable = 42210000;
    public const long TooManyRequestsCode = 42910000;

    public static Reply Ok(object body) => new(StatusCodes.Status200OK, body);

    public static Reply Invalid(string message) => Error(StatusCodes.Status422UnprocessableEntity, InvalidParameter, message);

    public static Reply Refused(string message) => Error(StatusCodes.Status422UnprocessableEntity, Unprocessable, message);

    public static Reply NotFound(string message) => Error(StatusCodes.Status404NotFound, NotFoundCode, message);

    public static Reply Error(int status, long code, string message) => new(status, new { code, message });
}
