namespace MlNetLlm;

/// <summary>Keeps what was made for a result from being left behind where there is no result.</summary>
internal static class HandOver
{
    /// <summary>Makes a result that takes something over; disposes of it where that fails or is cancelled.</summary>
    public static TResult Into<TOwned, TResult>(TOwned owned, Func<TOwned, TResult> make)
        where TOwned : IDisposable
    {
        try
        {
            return make(owned);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }
}
