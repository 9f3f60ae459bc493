namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>One student: an arm with one seed.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Seed">Its seed; 0 for trials.</param>
/// <param name="LearningRate">The full rate.</param>
/// <param name="ActiveParameters">Numbers that take part in a prediction.</param>
/// <param name="Flops">FLOPs of training a token, the student alone.</param>
/// <param name="TeacherFlops">FLOPs that the teacher adds to a token: labels once, or a pass along with the student.</param>
/// <param name="Tokens">Tokens trained on.</param>
/// <param name="Seconds">Time of training, validations left out.</param>
/// <param name="Loss">Loss on all of V, nats a token.</param>
/// <param name="Curve">The loss on the curve's text along training.</param>
/// <param name="ConceptLoss">L_c less ln K_a on the last tenth of training text, seen for the first time; null without labels.</param>
/// <param name="Proxies">Answers to the proxy questions, or null.</param>
/// <param name="Columns">The columns of the compression, or null.</param>
internal sealed record ArmRun(
    string Arm, int Seed, double LearningRate, long ActiveParameters, double Flops, double TeacherFlops, long Tokens, double Seconds,
    double Loss, IReadOnlyList<CurvePoint> Curve, double? ConceptLoss, ProxyScores? Proxies, ColumnStatistics? Columns);

/// <summary>A validation along training.</summary>
/// <param name="Tokens">Tokens trained on by then.</param>
/// <param name="Seconds">Time of training by then, validations left out.</param>
/// <param name="Loss">The loss, nats a token.</param>
internal sealed record CurvePoint(long Tokens, double Seconds, double Loss);

/// <summary>Shares of the proxy questions answered right.</summary>
/// <param name="Cloze">Last word of a passage.</param>
/// <param name="ClozeQuestions">How many.</param>
/// <param name="Choice">True continuation among four.</param>
/// <param name="ChoiceQuestions">How many.</param>
internal sealed record ProxyScores(double Cloze, int ClozeQuestions, double Choice, int ChoiceQuestions);
